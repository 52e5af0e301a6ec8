import { expect, it } from 'vitest';
import { notIterable, StepFailure } from '../../../lib/exec/step-failure.ts';

it('carries the step and what was thrown, whatever that is', () => {
  for (const thrown of [new TypeError('x'), 'text', undefined, null]) {
    const failure = new StepFailure(3, thrown);
    expect(failure.stepIndex).toBe(3);
    expect(failure.cause).toBe(thrown);
    expect(failure.name).toBe('StepFailure');
  }
});

it('knows a function that gave nothing to iterate over from one that failed by itself', () => {
  const give: () => unknown = () => 5;
  const thrown = (run: () => void): unknown => {
    try {
      run();
    } catch (error) {
      return error;
    }
    return undefined;
  };
  const make = give as () => Iterable<unknown>;
  const ours = thrown(() => {
    for (const _ of make());
  });
  expect(notIterable('flatMap', ours)?.message).toContain(
    "flatMap: the function's result must be an iterable, such as an array or a generator",
  );
  const theirs = thrown(() => [...(give() as Iterable<unknown>)]);
  const trap = Object.defineProperty(new TypeError('x'), 'message', { get: () => expect.fail('asked') });
  for (const other of [theirs, trap, new TypeError('x'), new Proxy(new TypeError('x'), {}), undefined]) {
    expect(notIterable('flatMap', other)).toBeUndefined();
  }
});
