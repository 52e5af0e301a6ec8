import { describe, expect, it, vi } from 'vitest';
import { nodeId } from '../../../lib/base/ids.ts';
import { CollectionNode } from '../../../lib/lineage/nodes/collection-node.ts';
import { StepNode } from '../../../lib/lineage/nodes/step-node.ts';
import { UnionNode } from '../../../lib/lineage/nodes/union-node.ts';
import { type JobRunner, pendingPreparations, preparation } from '../../../lib/lineage/preparation.ts';

const noJob: JobRunner = () => Promise.resolve([]);
let ids = 0;
const origin = () => ({ id: nodeId(ids++), callSite: { method: 'm', location: 'x:1', position: '/x:1:1' } });
const source = () => new CollectionNode(origin(), [1], 1);
const step = (parent: ConstructorParameters<typeof StepNode>[1]) => new StepNode(origin(), parent, { kind: 'pass' });

describe('preparation', () => {
  it('does its work once, however many wait for it', async () => {
    let works = 0;
    const one = preparation(async () => {
      works++;
    });
    expect(one.isReady).toBe(false);
    await Promise.all([one.prepare(noJob), one.prepare(noJob)]);
    await one.prepare(noJob);
    expect(one.isReady).toBe(true);
    expect(works).toBe(1);
  });

  it('tries again after a failure', async () => {
    let works = 0;
    const one = preparation(async () => {
      if (works++ === 0) throw new RangeError('no');
    });
    await expect(one.prepare(noJob)).rejects.toThrow('no');
    expect(one.isReady).toBe(false);
    await one.prepare(noJob);
    expect(one.isReady).toBe(true);
  });

  it('goes on for the others when the one whose jobs ran is cancelled', async () => {
    const ends: ((error?: Error) => void)[] = [];
    const one = preparation(
      () => new Promise((resolve, reject) => ends.push((error) => (error === undefined ? resolve() : reject(error)))),
    );
    const [first, ...others] = [1, 2, 3].map(() => one.prepare(noJob));
    ends[0]?.(new RangeError('cancelled'));
    await expect(first).rejects.toThrow('cancelled');
    await vi.waitUntil(() => ends.length === 2);
    ends[1]?.();
    await Promise.all(others);
    expect([one.isReady, ends.length]).toEqual([true, 2]);
  });
});

describe('pendingPreparations', () => {
  it('gives parents first, each once, and nothing that is ready', async () => {
    const low = preparation(() => Promise.resolve());
    const high = preparation(() => Promise.resolve());
    const base = source();
    base.preparations.push(low);
    const union = new UnionNode(origin(), [step(base), step(base)]);
    union.preparations.push(high);
    const top = step(union);
    expect(pendingPreparations(top)).toEqual([low, high]);
    await low.prepare(noJob);
    expect(pendingPreparations(top)).toEqual([high]);
    await high.prepare(noJob);
    expect(pendingPreparations(top)).toEqual([]);
  });

  it('walks a node once until all above it is prepared, and never again', () => {
    let visits = 0;
    const visit = () => {
      visits++;
    };
    let node: StepNode | CollectionNode = source();
    for (let i = 0; i < 10_000; i++) node = step(node);
    expect(pendingPreparations(node, visit)).toEqual([]);
    expect(visits).toBe(10_001);
    for (let i = 0; i < 5; i++) {
      node = step(node);
      pendingPreparations(node, visit);
    }
    expect(visits).toBe(10_006);
  });
});
