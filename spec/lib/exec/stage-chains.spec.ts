import { describe, expect, it } from 'vitest';
import { pipelineOf } from '../../../lib/exec/pipeline.ts';
import { CountSink, RowsSink } from '../../../lib/exec/sink.ts';
import { StageChains } from '../../../lib/exec/stage-chains.ts';
import { CollectionNode } from '../../../lib/lineage/nodes/collection-node.ts';
import { StepNode } from '../../../lib/lineage/nodes/step-node.ts';
import { origin } from '../../support/scan-task.ts';

const source = new CollectionNode(origin(), [], 1);
const node = new StepNode(origin(), source, { kind: 'pass' });

describe('StageChains', () => {
  it('makes a chain once for a dataset, its steps and the kind of sink', () => {
    const chains = new StageChains(0, 'off');
    const pipeline = pipelineOf(node);
    const first = chains.get(node, pipeline, new RowsSink());
    expect(chains.get(node, pipelineOf(node), new RowsSink())).toBe(first);
    expect(chains.get(node, pipeline, new CountSink())).not.toBe(first);
    // As when a kept dataset is read from its block.
    expect(chains.get(node, { base: node, steps: [] }, new RowsSink())).not.toBe(first);
    expect(chains.get(source, pipeline, new RowsSink())).not.toBe(first);
    expect(chains.all()).toHaveLength(4);
  });

  it('keeps chains without steps apart by their purpose', () => {
    const chains = new StageChains(0, 'off');
    const plain = chains.getPlain(node, 'combine1', new RowsSink());
    expect(chains.getPlain(node, 'combine1', new RowsSink())).toBe(plain);
    expect(chains.getPlain(node, 'combine2', new RowsSink())).not.toBe(plain);
  });
});
