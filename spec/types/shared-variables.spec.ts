/** What the compiler makes of shared variables. Checked by `npm run types`; run, the functions are only looked at. */
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Accumulator, Broadcast, Session, TaskContext } from '../../lib/index.ts';
import { taskContext } from '../../lib/index.ts';

/** Compiled, never called. */
function compiles(check: (session: Session) => unknown): void {
  expect(check).toBeTypeOf('function');
}

describe('the types of shared variables', () => {
  it('follow the value and the functions', () => {
    compiles((session) => {
      expectTypeOf(session.broadcast(new Map([[1, 'one']]))).toEqualTypeOf<Broadcast<Map<number, string>>>();
      expectTypeOf(session.longAccumulator().value).toEqualTypeOf<number>();
      expectTypeOf(session.longAccumulator().sum).toEqualTypeOf<bigint>();
      expectTypeOf(session.collectionAccumulator<string>().value).toEqualTypeOf<readonly string[]>();
      const words = session.accumulator({
        zero: () => new Set<string>(),
        add: (seen, word: string) => seen.add(word),
        merge: (a, b) => new Set([...a, ...b]),
      });
      expectTypeOf(words).toEqualTypeOf<Accumulator<string, Set<string>>>();
      expectTypeOf(taskContext()).toEqualTypeOf<TaskContext | undefined>();
    });
  });

  it('refuse what cannot be', () => {
    compiles((session) => {
      // @ts-expect-error: a broadcast's value is not assigned to.
      session.broadcast(1).value = 2;
      // @ts-expect-error: texts are no numbers.
      session.longAccumulator().add('1');
      // @ts-expect-error: doubles take no bigints.
      session.doubleAccumulator().add(1n);
      // @ts-expect-error: nothing to merge with.
      session.accumulator({ zero: 0, add: (a: number, b: number) => a + b });
    });
  });
});
