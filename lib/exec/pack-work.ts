import { unreachable } from '../base/invariant.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import type { CheckpointAction, ResultAction, SaveAction } from '../lineage/result-action.ts';
import type { PackedShuffle, PartPacker, PartUnpacker, Root } from './stage-parts.ts';
import type { StageWork } from './task.ts';

/** An action as plain data: its functions are roots of the packet. */
export type PackedAction =
  | { readonly kind: 'collect' | 'count' }
  | { readonly kind: 'take'; readonly limit: number }
  | { readonly kind: 'reduce'; readonly merge: Root }
  | { readonly kind: 'aggregate'; readonly zero: Root; readonly merge: Root; readonly finish: Root | undefined }
  | { readonly kind: 'foreach' | 'iterate'; readonly visit: Root }
  | SaveAction
  | CheckpointAction;

/** What a stage's tasks do with their partition, as plain data. The node is the last of the stage's. */
export type PackedWork =
  | { readonly kind: 'shuffle-map'; readonly shuffle: PackedShuffle }
  | { readonly kind: 'result'; readonly action: PackedAction };

export function packWork(work: StageWork, packer: PartPacker): PackedWork {
  return work.kind === 'shuffle-map'
    ? { kind: 'shuffle-map', shuffle: packer.shuffle(work.dependency) }
    : { kind: 'result', action: packAction(work.action, packer) };
}

/** The inverse of `packWork`, over the stage's `node`. */
export function unpackWork(packed: PackedWork, node: LineageNode, unpacker: PartUnpacker): StageWork {
  return packed.kind === 'shuffle-map'
    ? { kind: 'shuffle-map', node, dependency: unpacker.shuffle(packed.shuffle, node) }
    : { kind: 'result', node, action: unpackAction(packed.action, unpacker) };
}

function packAction(action: ResultAction, packer: PartPacker): PackedAction {
  switch (action.kind) {
    case 'reduce':
      return { kind: 'reduce', merge: packer.root(action.merge) };
    case 'aggregate': {
      const { zero, merge, finish } = action;
      return {
        kind: 'aggregate',
        zero: packer.root(zero),
        merge: packer.root(merge),
        finish: finish && packer.root(finish),
      };
    }
    case 'foreach':
    case 'iterate':
      return { kind: action.kind, visit: packer.root(action.visit) };
    case 'collect':
    case 'count':
    case 'take':
    case 'save':
    case 'checkpoint':
      return action;
    default:
      return unreachable(action);
  }
}

function unpackAction(packed: PackedAction, unpacker: PartUnpacker): ResultAction {
  switch (packed.kind) {
    case 'reduce':
      return { kind: 'reduce', merge: unpacker.root(packed.merge) };
    case 'aggregate': {
      const { zero, merge, finish } = packed;
      return {
        kind: 'aggregate',
        zero: unpacker.root(zero),
        merge: unpacker.root(merge),
        ...(finish === undefined ? {} : { finish: unpacker.root(finish) }),
      };
    }
    case 'foreach':
      return { kind: 'foreach', visit: unpacker.root(packed.visit) };
    case 'iterate':
      return { kind: 'iterate', visit: unpacker.root(packed.visit) };
    case 'collect':
    case 'count':
    case 'take':
    case 'save':
    case 'checkpoint':
      return packed;
    default:
      return unreachable(packed);
  }
}
