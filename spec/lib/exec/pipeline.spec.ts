import { describe, expect, it } from 'vitest';
import { pipelineOf } from '../../../lib/exec/pipeline.ts';
import type { LineageNode } from '../../../lib/lineage/lineage-node.ts';
import { CollectionNode } from '../../../lib/lineage/nodes/collection-node.ts';
import { StepNode } from '../../../lib/lineage/nodes/step-node.ts';
import { STORAGE_LEVELS } from '../../../storage/block/storage-level.ts';
import { origin } from '../../support/scan-task.ts';

const source = new CollectionNode(origin(), [], 1);
const step = (parent: LineageNode) => new StepNode(origin(), parent, { kind: 'pass' });

describe('pipelineOf', () => {
  it('is the steps above what computes them, in the order in which a record passes', () => {
    const first = step(source);
    const second = step(first);
    expect(pipelineOf(second)).toEqual({ base: source, steps: [first, second] });
    expect(pipelineOf(source)).toEqual({ base: source, steps: [] });
  });

  it('stops below a dataset that is kept, though not at the one asked for', () => {
    const kept = step(source);
    kept.storageLevel = STORAGE_LEVELS.MEMORY_ONLY;
    const last = step(kept);
    expect(pipelineOf(last)).toEqual({ base: kept, steps: [last] });
    expect(pipelineOf(kept)).toEqual({ base: source, steps: [kept] });
  });

  it('stops below a dataset that is being checkpointed, as what it gives is written down', () => {
    const written = step(source);
    const place = { directory: '/c', owner: 'x', partitionCount: 1 };
    written.checkpointTarget = { place, codec: 'none' };
    const last = step(written);
    expect(pipelineOf(last)).toEqual({ base: written, steps: [last] });
    expect(pipelineOf(written)).toEqual({ base: source, steps: [written] });
  });

  it('follows long chains', () => {
    let node: LineageNode = source;
    for (let i = 0; i < 50_000; i++) node = step(node);
    expect(pipelineOf(node).steps).toHaveLength(50_000);
  });
});
