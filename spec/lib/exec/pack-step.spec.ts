import { describe, expect, it } from 'vitest';
import { packStep, unpackStep } from '../../../lib/exec/pack-step.ts';
import { PartPacker, PartUnpacker } from '../../../lib/exec/stage-parts.ts';
import type { Step } from '../../../lib/lineage/step.ts';

const f = (): unknown[] => [];

const STEPS: readonly Step[] = [
  { kind: 'map', f },
  { kind: 'filter', f },
  { kind: 'flat-map', f },
  { kind: 'map-values', f },
  { kind: 'flat-map-values', f },
  { kind: 'key-by', f },
  { kind: 'keys' },
  { kind: 'values' },
  { kind: 'pass' },
  { kind: 'join', leftOuter: true, rightOuter: false },
  { kind: 'index', starts: { value: [0, 3] } },
  { kind: 'index', starts: { value: undefined } },
  { kind: 'unique-id', stride: 4 },
  { kind: 'sample', lower: 0.25, upper: 0.5, seed: 7 },
  { kind: 'poisson-sample', mean: 2, seed: 7 },
  { kind: 'deal', numPartitions: 3 },
];

describe('a step', () => {
  it.each(STEPS)('travels as plain data and a function: $kind', (step) => {
    const packer = new PartPacker();
    const packed = structuredClone(packStep(step, packer));
    expect(unpackStep(packed, new PartUnpacker(packer.parts, packer.roots))).toEqual(step);
    expect(packer.roots).toEqual('f' in step ? [f] : []);
  });
});
