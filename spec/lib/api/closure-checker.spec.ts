import { describe, expect, it } from 'vitest';
import { closureChecker } from '../../../lib/api/closure-checker.ts';

describe('closureChecker', () => {
  it('raises what cannot travel, each time', () => {
    const cache = new WeakMap();
    const task = () => cache.has(cache);
    const check = closureChecker({});
    for (let i = 0; i < 2; i++) expect(() => check(task)).toThrow(/TASK_NOT_SERIALIZABLE/);
  });

  it('follows its options', () => {
    let n = 0;
    const task = () => {
      n += 1;
      return n;
    };
    expect(() => closureChecker({})(task)).toThrow(/assigns it/);
    expect(() => closureChecker({ mutableCaptures: 'copy' })(task)).not.toThrow();
  });

  it('looks at a function once, and at an object again', () => {
    const held: { what: unknown } = { what: 1 };
    const task = () => held.what;
    const partitioner = { numPartitions: 1, held };
    const check = closureChecker({});
    check(task);
    check(partitioner);
    held.what = new WeakMap();
    expect(() => check(task)).not.toThrow();
    expect(() => check(partitioner)).toThrow(/WeakMap/);
  });
});
