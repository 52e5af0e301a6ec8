import { describe, expect, it } from 'vitest';
import {
  checkAnyFunction,
  checkBoolean,
  checkFunction,
  checkInteger,
  checkNumber,
  checkOptions,
  checkSeed,
  checkSignal,
} from '../../../lib/api/check-argument.ts';

const invalid = expect.objectContaining({ code: 'INVALID_ARGUMENT' });

describe('checks of arguments', () => {
  it('name the method, the argument, what was expected and what was found', () => {
    expect(() => checkInteger('take', 'count', -1, 0)).toThrow(
      'take: count must be an integer from 0 to 2147483647, found -1',
    );
    expect(() => checkNumber('sample', 'fraction', 1.5, 0, 1)).toThrow(
      'fraction must be a number from 0 to 1, found 1.5',
    );
    expect(() => checkBoolean('sample', 'withReplacement', 'no')).toThrow('must be true or false, found "no"');
  });

  it('start their stack at the line that called the engine', () => {
    let stack = '';
    try {
      checkInteger('take', 'count', 0.5, 0);
    } catch (error) {
      stack = (error as Error).stack ?? '';
    }
    const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
    expect(frames[0]).toContain('check-argument.spec.ts');
    expect(stack).toMatch(/^CairnError: INVALID_ARGUMENT: take: count/);
  });

  it('refuse asynchronous functions where the result is used at once', () => {
    expect(() => checkFunction('map', 'f', async () => 1)).toThrow(/synchronous function .*mapAsync/);
    expect(() => checkAnyFunction('mapAsync', 'f', async () => 1)).not.toThrow();
    expect(() => checkFunction('map', 'f', undefined)).toThrow(invalid);
    expect(() => checkAnyFunction('mapAsync', 'f', 3)).toThrow(invalid);
  });

  it('take safe integers as seeds, and none', () => {
    for (const seed of [undefined, 0, -1, Number.MAX_SAFE_INTEGER])
      expect(() => checkSeed('sample', seed)).not.toThrow();
    for (const seed of [null, 0.5, Number.NaN, '1', 1n]) expect(() => checkSeed('sample', seed)).toThrow(invalid);
    expect(() => checkNumber('sample', 'fraction', Number.NaN, 0, 1)).toThrow(invalid);
  });

  it('refuse options that nobody reads, and plain arguments where options are meant', () => {
    for (const options of [{}, { depth: 2 }, { depth: undefined, other: undefined }, Object.create(null)]) {
      expect(() => checkOptions('treeReduce', options, ['depth', 'signal'])).not.toThrow();
    }
    for (const options of [null, true, 2, 'depth', [], () => 1, new AbortController().signal]) {
      expect(() => checkOptions('treeReduce', options, ['depth', 'signal'])).toThrow(invalid);
    }
    expect(() => checkOptions('treeReduce', { dept: 2 }, ['depth', 'signal'])).toThrow(
      'treeReduce: options must be an object with depth, signal, found an option "dept"',
    );
    expect(() => checkOptions('treeReduce', JSON.parse('{ "__proto__": 1 }'), ['depth'])).toThrow(/"__proto__"/);
  });

  it('take what cancels as a signal, and nothing else', () => {
    for (const signal of [undefined, new AbortController().signal]) {
      expect(() => checkSignal('count', signal)).not.toThrow();
    }
    for (const signal of [null, {}, new AbortController(), 'abort']) {
      expect(() => checkSignal('count', signal)).toThrow(invalid);
    }
  });
});
