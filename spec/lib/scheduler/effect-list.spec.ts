import { expect, it } from 'vitest';
import { jobId } from '../../../lib/base/ids.ts';
import { EffectList } from '../../../lib/scheduler/effect-list.ts';

const ended = (n: number) => ({ kind: 'complete-job', jobId: jobId(n) }) as const;

it('gives effects in the order they were added, once', () => {
  const effects = new EffectList();
  effects.add(ended(0));
  effects.emit({ kind: 'warning', message: 'careful' });
  expect(effects.take()).toEqual([ended(0), { kind: 'emit', event: { kind: 'warning', message: 'careful' } }]);
  expect(effects.take()).toEqual([]);
});

it('puts what is known late but told early in its place', () => {
  const effects = new EffectList();
  const calls: string[] = [];
  effects.add(ended(0));
  effects.inOrder(
    () => {
      calls.push('early');
      effects.add(ended(1));
    },
    () => {
      calls.push('late');
      effects.add(ended(2));
    },
  );
  effects.add(ended(3));
  expect(calls).toEqual(['late', 'early']);
  expect(effects.take()).toEqual([0, 1, 2, 3].map(ended));
});
