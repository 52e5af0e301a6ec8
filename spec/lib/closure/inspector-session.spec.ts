import { describe, expect, it } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { inspectorSink, post, withInspector } from '../../../lib/closure/inspector-session.ts';

describe('withInspector', () => {
  it('answers before the call returns, and leaves nothing behind', () => {
    const before = Object.getOwnPropertyNames(globalThis);
    const answer = withInspector(() => withInspector(() => post('Runtime.evaluate', { expression: '1 + 1' })));
    expect(answer).toMatchObject({ result: { value: 2 } });
    expect(Object.getOwnPropertyNames(globalThis)).toEqual(before);
  });

  it('gives code in the session a way to hand values over', () => {
    const value = { a: 1 };
    const same = withInspector(() => {
      const { sink, expression } = inspectorSink();
      sink.subject = value;
      post('Runtime.evaluate', { expression: `${expression}.out = ${expression}.subject` });
      return sink.out;
    });
    expect(same).toBe(value);
  });

  it('raises INSPECTOR_UNAVAILABLE for what the inspector refuses', () => {
    expect(() => withInspector(() => post('No.such'))).toThrow(CairnError);
    expect(() => withInspector(() => post('No.such'))).toThrow(/INSPECTOR_UNAVAILABLE.*No\.such/);
  });

  it('raises INSPECTOR_UNAVAILABLE when there is no answer at once', () => {
    expect(() => post('Runtime.evaluate', { expression: '1' })).toThrow(/did not answer Runtime\.evaluate at once/);
  });

  it('hands values over to another context than its own, by way of the process', () => {
    withInspector(() => {
      const { sink, expression } = inspectorSink();
      const own = expression.replaceAll('globalThis.', '({}).');
      post('Runtime.evaluate', { expression: `${own}.out = 'reached'` });
      expect(sink.out).toBe('reached');
    });
    expect(Object.keys(Object.getOwnPropertyDescriptors(process)).filter((key) => key.includes('cairn'))).toEqual([]);
  });

  it('closes the session when the body throws', () => {
    expect(() =>
      withInspector(() => {
        throw new RangeError('body');
      }),
    ).toThrow('body');
    expect(() => post('Runtime.evaluate', { expression: '1' })).toThrow(/at once/);
  });
});
