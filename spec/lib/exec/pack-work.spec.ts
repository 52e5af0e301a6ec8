import { describe, expect, it } from 'vitest';
import { shuffleId } from '../../../lib/base/ids.ts';
import { packWork, unpackWork } from '../../../lib/exec/pack-work.ts';
import { PartPacker, PartUnpacker } from '../../../lib/exec/stage-parts.ts';
import type { StageWork } from '../../../lib/exec/task.ts';
import { RangeNode } from '../../../lib/lineage/nodes/range-node.ts';
import { HashPartitioner } from '../../../lib/lineage/partitioner.ts';
import type { ResultAction } from '../../../lib/lineage/result-action.ts';
import { origin } from '../../support/scan-task.ts';

const node = new RangeNode(origin(), 0, 1, 1, 1);
const f = (): undefined => undefined;
const g = (): undefined => undefined;
const output = { directory: '/out', staging: '/s', retired: '/r', overwrite: true, madeParents: ['/out'] };

function travel(work: StageWork): StageWork {
  const packer = new PartPacker();
  const packed = structuredClone(packWork(work, packer));
  return unpackWork(packed, node, new PartUnpacker(packer.parts, packer.roots));
}

const ACTIONS: readonly ResultAction[] = [
  { kind: 'collect' },
  { kind: 'count' },
  { kind: 'take', limit: 3 },
  { kind: 'reduce', merge: f },
  { kind: 'aggregate', zero: f, merge: g },
  { kind: 'aggregate', zero: f, merge: g, finish: f },
  { kind: 'foreach', visit: f },
  { kind: 'iterate', visit: f },
  { kind: 'save', output, format: { kind: 'text', compression: 'gzip' } },
  { kind: 'save', output, format: { kind: 'objects', codec: 'zstd' } },
];

describe("a stage's work", () => {
  it.each(ACTIONS)('travels as plain data and functions: $kind', (action) => {
    expect(travel({ kind: 'result', node, action })).toStrictEqual({ kind: 'result', node, action });
  });

  it('is a shuffle for a map stage, over its own node', () => {
    const dependency = {
      kind: 'shuffle',
      parent: node,
      shuffleId: shuffleId(3),
      partitioner: new HashPartitioner(4),
      aggregator: { createCombiner: f, mergeValue: g, mergeCombiners: f },
      mapSideCombine: true,
      keyOrder: { compare: () => 0, ascending: false, natural: false },
    } as const;
    const work: StageWork = { kind: 'shuffle-map', node, dependency };
    expect(travel(work)).toEqual(work);
  });
});
