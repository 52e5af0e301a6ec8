import { describe, expect, expectTypeOf, it } from 'vitest';
import { CairnError, type ErrorParams } from '../../../lib/base/errors.ts';
import { resolveConfig } from '../../../lib/config/config.ts';
import type { Machine } from '../../../lib/config/machine.ts';
import type { Master } from '../../../lib/config/master.ts';
import { type Config, OPTIONS, type SessionOptions } from '../../../lib/config/options.ts';

const MACHINE: Machine = { processors: 6, memoryBytes: 8 * 1024 ** 3 };
const resolve = (options?: unknown, environment: Readonly<Record<string, string>> = {}) =>
  resolveConfig(options as SessionOptions, environment, MACHINE);

function caught(run: () => unknown): CairnError {
  try {
    run();
  } catch (error) {
    if (error instanceof CairnError) return error;
    throw error;
  }
  return expect.fail('nothing was raised');
}

describe('resolveConfig', () => {
  it('gives every option its default', () => {
    const config = resolve();
    expect(Object.keys(config)).toEqual(Object.keys(OPTIONS));
    expect(config).toEqual({
      dir: '.cairn',
      name: 'cairn',
      master: { kind: 'workers', workers: 6, maxFailures: 4 },
      parallelism: undefined,
      memory: 4 * 1024 ** 3,
      memoryFraction: 0.6,
      memoryStorageFraction: 0.5,
      codegen: 'auto',
      'batch.rows': 2048,
      'result.maxBytes': 1024 ** 3,
      'task.maxFailures': 4,
      'stage.maxConsecutiveAttempts': 4,
      'locality.wait': 200,
      'speculation.enabled': false,
      'speculation.quantile': 0.9,
      'speculation.multiplier': 3,
      'speculation.interval': 100,
      'speculation.minTaskRuntime': 100,
      'scheduler.mode': 'FIFO',
      'scheduler.pools': new Map(),
      'storage.codec': 'none',
      'shuffle.codec': 'none',
      'shuffle.retain': 7 * 24 * 3_600_000,
      'shuffle.retainBytes': 4 * 1024 ** 3,
      'fingerprint.inputs': 'stat',
      resume: undefined,
      'checkpoint.dir': undefined,
      'checkpoint.codec': 'none',
      'checkpoint.allMarkedAncestors': false,
      'checkpoint.cleanUp': false,
      'task.timeout': undefined,
      handleSignals: true,
      'closure.mutableCaptures': 'error',
      'closure.warnBytes': 1024 ** 2,
      'closure.byReference': [],
      progress: 'auto',
    });
  });

  it('reads nested objects, sizes with units and pools', () => {
    const config = resolve({
      memory: '64 MiB',
      shuffle: { codec: 'zstd' },
      batch: { rows: 100 },
      scheduler: { mode: 'FAIR', pools: { reports: { mode: 'FAIR', weight: 2 }, ['__proto__']: { minShare: 1 } } },
    });
    expect(config.memory).toBe(64 * 1024 ** 2);
    expect(config['shuffle.codec']).toBe('zstd');
    expect(config['batch.rows']).toBe(100);
    expect([...config['scheduler.pools']]).toEqual([
      ['reports', { mode: 'FAIR', weight: 2, minShare: 0 }],
      ['__proto__', { mode: 'FIFO', weight: 1, minShare: 1 }],
    ]);
  });

  it('prefers an option to its environment variable, and that to the default', () => {
    const environment = {
      CAIRN_MEMORY: '1 GiB',
      CAIRN_TASK_MAX_FAILURES: '7',
      CAIRN_CODEGEN: 'OFF',
      CAIRN_PROGRESS: '',
    };
    const config = resolve({ memory: 4096, codegen: undefined, shuffle: undefined }, environment);
    expect(config.memory).toBe(4096);
    expect(config['task.maxFailures']).toBe(7);
    expect(config.codegen).toBe('off');
    expect(config.progress).toBe('auto');
  });

  it("lets task.maxFailures decide a master's tries unless the master says so", () => {
    expect(resolve({ task: { maxFailures: 2 }, master: 'local' }).master).toEqual({ kind: 'inline', maxFailures: 2 });
    expect(resolve({ task: { maxFailures: 2 }, master: 'local[3, 5]' }).master).toMatchObject({ maxFailures: 5 });
  });

  it('is frozen', () => {
    expect(Object.isFrozen(resolve())).toBe(true);
  });

  it.each([
    ['memroy', { memroy: 1 }, "did you mean 'memory'?"],
    ['shuffle.kodec', { shuffle: { kodec: 'zstd' } }, "did you mean 'shuffle.codec'?"],
    ['spark', { spark: { task: {} } }, 'docs/options.md lists all of them'],
    ['__proto__', JSON.parse('{"__proto__": {"codec": "zstd"}}'), 'docs/options.md lists all of them'],
    ['shuffle.constructor', { shuffle: { constructor: 1 } }, 'docs/options.md lists all of them'],
  ])('refuses the unknown option %s', (option, options, suggestion) => {
    const error = caught(() => resolve(options));
    expect(error).toMatchObject({ code: 'UNKNOWN_OPTION', params: { option, suggestion }, hint: suggestion });
  });

  it.each([
    [{ memory: '64 parsecs' }, 'memory', "like 67108864, '64 MiB' or '2g'", '"64 parsecs"'],
    [{ memory: 0 }, 'memory', 'a size of 1 byte or more', '0'],
    [{ memory: null }, 'memory', 'a size', 'null'],
    [{ memory: {} }, 'memory', 'a size', 'an object'],
    [{ codegen: true }, 'codegen', "one of 'auto', 'on', 'off'", 'true'],
    [{ memoryFraction: 1.5 }, 'memoryFraction', 'a number from 0.01 to 1', '1.5'],
    [{ memoryFraction: Number.NaN }, 'memoryFraction', 'a number', 'NaN'],
    [{ batch: { rows: 1.5 } }, 'batch.rows', 'a whole number from 1 to 1048576', '1.5'],
    [{ batch: 5 }, 'batch', 'an object of options', '5'],
    [{ batch: [1] }, 'batch', 'an object of options', 'an array of 1'],
    [{ dir: '' }, 'dir', 'text that is not empty', '""'],
    [{ dir: 'a\0b' }, 'dir', 'text', '"a\\u0000b"'],
    [{ master: 'yarn' }, 'master', "'local[4]'", '"yarn"'],
    [{ scheduler: { pools: { x: { weigth: 2 } } } }, 'scheduler.pools', 'an object like', 'an object'],
    [{ closure: { byReference: ['a', ''] } }, 'closure.byReference', 'patterns, like', 'an array of 2'],
    [{ closure: { byReference: '!' } }, 'closure.byReference', 'a function', '"!"'],
    [{ closure: { byReference: /acme/ } }, 'closure.byReference', 'patterns', 'an instance of RegExp'],
    [{ closure: { mutableCaptures: 'warn' } }, 'closure.mutableCaptures', "'strict'", '"warn"'],
    ['local[*]', 'options', 'an object of options', '"local[*]"'],
    [null, 'options', 'an object of options', 'null'],
  ])('refuses %o', (options, option, expected, found) => {
    const error = caught(() => resolve(options));
    expect(error.code).toBe('INVALID_OPTION');
    const params = error.params as ErrorParams<'INVALID_OPTION'>;
    expect(params).toMatchObject({ option, found });
    expect(params.expected).toContain(expected);
  });

  it('reads patterns of scripts, one or several, and functions', () => {
    const read = (value: unknown) => resolve({ closure: { byReference: value as string } })['closure.byReference'];
    expect(read('@acme/*')).toEqual(['@acme/*']);
    expect(read(['./a', '!b'])).toEqual(['./a', '!b']);
    const isOwn = (url: string): boolean => url.includes('own');
    expect(read(isOwn)).toBe(isOwn);
  });

  it('names the environment variable a bad value came from', () => {
    const error = caught(() => resolve({}, { CAIRN_MEMORY: 'much' }));
    expect(error.message).toContain("option 'memory (from CAIRN_MEMORY)' must be a size of 1 byte or more");
  });

  it('is typed by the table, so that a misspelt option does not compile', () => {
    expectTypeOf<Config['memory']>().toEqualTypeOf<number>();
    expectTypeOf<Config['parallelism']>().toEqualTypeOf<number | undefined>();
    expectTypeOf<Config['codegen']>().toEqualTypeOf<'auto' | 'on' | 'off'>();
    expectTypeOf<Config['master']>().toEqualTypeOf<Master>();
    expectTypeOf<SessionOptions['memory']>().toEqualTypeOf<number | string | undefined>();
    const good: SessionOptions = {
      dir: 'x',
      memory: '1g',
      shuffle: { codec: 'zstd' },
      scheduler: { pools: { a: {} } },
    };
    // @ts-expect-error there is no such codec
    const badValue: SessionOptions = { shuffle: { codec: 'lzo' } };
    // @ts-expect-error there is no such option
    const badName: SessionOptions = { task: { maxFailure: 1 } };
    expect(resolve(good)['shuffle.codec']).toBe('zstd');
    expect(() => resolve(badValue)).toThrow(CairnError);
    expect(() => resolve(badName)).toThrow(/did you mean 'task.maxFailures'/);
  });

  it('takes the environment and the machine of the process when none is given', () => {
    expect(resolveConfig({ memory: '1 MiB', codegen: 'on' })).toMatchObject({ memory: 1024 ** 2, codegen: 'on' });
  });
});
