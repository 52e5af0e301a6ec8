import { describe, expect, it } from 'vitest';
import { CheckpointMarks } from '../../../lib/lineage/checkpoint-marks.ts';
import type { LineageNode } from '../../../lib/lineage/lineage-node.ts';
import { RangeNode } from '../../../lib/lineage/nodes/range-node.ts';
import { StepNode } from '../../../lib/lineage/nodes/step-node.ts';
import { UnionNode } from '../../../lib/lineage/nodes/union-node.ts';
import { origin } from '../../support/scan-task.ts';

const range = () => new RangeNode(origin(), 0, 10, 1, 2);
const step = (parent: LineageNode) => new StepNode(origin(), parent, { kind: 'pass' });
const nodesOf = (marks: CheckpointMarks, root: LineageNode, all = false) =>
  marks.reached(root, all).map(({ node }) => node);

/** A node that counts how often a walk looks at what it depends on. */
class Watched extends StepNode {
  looks = 0;

  override get dependencies() {
    this.looks++;
    return super.dependencies;
  }
}

describe('CheckpointMarks', () => {
  it('gives the first marked dataset on each path, or all of them, parents first', () => {
    const marks = new CheckpointMarks();
    const source = range();
    const left = step(source);
    const right = step(source);
    const both = new UnionNode(origin(), [left, right]);
    const last = step(both);
    expect(nodesOf(marks, last)).toEqual([]);
    marks.set(source, { kind: 'local' });
    expect(nodesOf(marks, last)).toEqual([source]);
    marks.set(right, { kind: 'local' });
    expect(nodesOf(marks, last)).toEqual([source, right]);
    marks.set(both, { kind: 'local' });
    expect(nodesOf(marks, last)).toEqual([both]);
    expect(nodesOf(marks, last, true)).toEqual([source, right, both]);
    marks.delete(both);
    expect(nodesOf(marks, last)).toEqual([source, right]);
    expect(nodesOf(marks, source)).toEqual([source]);
  });

  it('leaves out what another job is writing, and what is above it', () => {
    const marks = new CheckpointMarks();
    const source = range();
    const node = step(source);
    marks.set(source, { kind: 'local' });
    marks.set(node, { kind: 'local' }).running = Promise.resolve();
    expect(nodesOf(marks, step(node))).toEqual([]);
    (marks.find(node) as { running: undefined }).running = undefined;
    expect(nodesOf(marks, step(node))).toEqual([node]);
  });

  it('walks each part of a lineage once, until something is marked', () => {
    const marks = new CheckpointMarks();
    const source = new Watched(origin(), range(), { kind: 'pass' });
    const node = step(source);
    nodesOf(marks, node);
    expect(source.looks).toBe(0);
    marks.set(range(), { kind: 'local' });
    nodesOf(marks, node);
    const { looks } = source;
    expect(looks).toBeGreaterThan(0);
    nodesOf(marks, step(node));
    nodesOf(marks, node);
    expect(source.looks).toBe(looks);
    marks.set(source, { kind: 'local' });
    expect(nodesOf(marks, node)).toEqual([source]);
    expect(nodesOf(marks, node)).toEqual([source]);
  });

  it('takes lineages of any length', () => {
    const marks = new CheckpointMarks();
    const source = range();
    marks.set(source, { kind: 'local' });
    let node: LineageNode = source;
    for (let i = 0; i < 20_000; i++) node = step(node);
    expect(nodesOf(marks, node)).toEqual([source]);
  });
});
