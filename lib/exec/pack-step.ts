import type { Step } from '../lineage/step.ts';
import type { PartPacker, PartUnpacker, Root } from './stage-parts.ts';

type FunctionStep = Extract<Step, { readonly f: unknown }>;
type IndexStep = Extract<Step, { readonly kind: 'index' }>;

/** A step as plain data: its function is one of the packet's roots. */
export type PackedStep =
  | { readonly kind: FunctionStep['kind']; readonly f: Root }
  | { readonly kind: 'index'; readonly starts: readonly number[] | undefined }
  | Exclude<Step, FunctionStep | IndexStep>;

export function packStep(step: Step, packer: PartPacker): PackedStep {
  if ('f' in step) return { kind: step.kind, f: packer.root(step.f) };
  // Found by a job that has run before this stage.
  if (step.kind === 'index') return { kind: 'index', starts: step.starts.value };
  return step;
}

export function unpackStep(packed: PackedStep, unpacker: PartUnpacker): Step {
  if ('f' in packed) return { kind: packed.kind, f: unpacker.root<FunctionStep['f']>(packed.f) } as FunctionStep;
  if (packed.kind === 'index') return { kind: 'index', starts: { value: packed.starts } };
  return packed;
}
