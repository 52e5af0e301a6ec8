import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { type CaptureWarning, capture, captureEach, captureNow, check } from '../../../lib/closure/capture.ts';
import { fingerprintOf } from '../../../lib/closure/fingerprint.ts';
import { revive } from '../../../lib/closure/revive.ts';
import { travel, travelAll } from '../../support/travel.ts';

const FIXTURES = '../../../fixtures/lib/closure';

describe('capture', () => {
  it('has no limit of depth', async () => {
    class Cell {
      readonly next: unknown;
      constructor(next: unknown) {
        this.next = next;
      }
    }
    let plain: unknown = null;
    let instances: unknown = null;
    let maps: unknown = null;
    for (let i = 0; i < 100_000; i++) {
      plain = { plain };
      instances = new Cell(instances);
      maps = new Map([[i, maps]]);
    }
    const depths = await travel(() => {
      let count = 0;
      for (let at = plain; at !== null; at = (at as { plain: unknown }).plain) count++;
      for (let at = instances; at !== null; at = (at as Cell).next) count++;
      for (let at = maps; at !== null; at = [...(at as Map<number, unknown>).values()][0]) count++;
      return count;
    });
    expect(depths()).toBe(300_000);
  });

  it('takes long chains of functions', async () => {
    let chain = (x: number) => x;
    for (let i = 0; i < 2000; i++) {
      const previous = chain;
      chain = (x) => previous(x) + 1;
    }
    expect((await travel(chain))(0)).toBe(2000);
  });

  it('shares what functions captured together share', async () => {
    const state = { n: 0 };
    const [increment, read] = await travelAll([() => ++state.n, () => state.n]);
    expect([increment(), increment(), read(), state.n]).toEqual([1, 2, 2, 0]);
  });

  it('is a snapshot: later changes do not reach the packet', async () => {
    const rows = [1, 2, 3];
    const packet = await capture([() => rows.length]);
    rows.push(4);
    const [count] = (await revive(packet)) as [() => number];
    expect(count()).toBe(3);
  });

  it('warns of large captures, and names the variable', async () => {
    const table = new Map(Array.from({ length: 1000 }, (_, i) => [i, `name ${i}`]));
    const small = 1;
    const warnings: CaptureWarning[] = [];
    await capture([(x: number) => table.get(x + small)], { warnBytes: 1000, onWarning: (each) => warnings.push(each) });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]?.kind).toBe('large-capture');
    expect(warnings[0]?.message).toMatch(
      /closure at .*capture\.spec\.ts:\d+ captures 'table', which takes \d+\.\d KiB: broadcast/,
    );
  });

  it('names the variable of the helper that captures, not of the closure that calls it', async () => {
    const table = Array.from({ length: 1000 }, (_, i) => i);
    const lookUp = (x: number) => table[x];
    const warnings: CaptureWarning[] = [];
    await capture([(x: number) => lookUp(x)], { warnBytes: 1000, onWarning: (each) => warnings.push(each) });
    expect(warnings[0]?.message).toContain("captures 'table'");
  });

  it('does not warn below the threshold', async () => {
    const table = [1, 2, 3];
    const warnings: CaptureWarning[] = [];
    await capture([() => table], { onWarning: (each) => warnings.push(each) });
    expect(warnings).toEqual([]);
  });

  it('tells of variables that helpers assign on copies of their own', async () => {
    let memo: number | undefined;
    const helper = () => {
      memo ??= 1;
      return memo;
    };
    const warnings: CaptureWarning[] = [];
    await capture([() => helper()], { onWarning: (each) => warnings.push(each) });
    expect(warnings.map((each) => each.kind)).toEqual(['variable-copied']);
  });

  it('ships modules by reference where it is told to', async () => {
    const { double } = (await import(`${FIXTURES}/src/helpers.ts`)) as { double: (x: number) => number };
    const packet = await capture([(x: number) => double(x)], { byReference: (url) => url.includes('helpers') });
    expect(packet.volatile).toHaveLength(1);
    expect([...packet.places.values()].filter((place) => place.url?.includes('helpers'))).toHaveLength(1);
  });
});

describe('check', () => {
  it('raises at once what would be raised later', () => {
    let count = 0;
    const counting = () => count++;
    const error = catchError(() => check(counting));
    expect(CairnError.is(error, 'TASK_NOT_SERIALIZABLE')).toBe(true);
    expect((error as CairnError).message).toMatch(
      /^TASK_NOT_SERIALIZABLE: closure at .*capture\.spec\.ts:\d+ \('counting'\) captures 'count' and assigns it/,
    );
    expect((error as CairnError).hint).toMatch(/accumulator/);
  });

  it('looks at a part of large data', () => {
    const rows = Array.from({ length: 100_000 }, (_, id) => ({ id }));
    const late = [...rows, { db: new WeakMap() }];
    const early = [{ db: new WeakMap() }, ...rows];
    const bytes = new Uint8Array(1 << 24);
    const names = new Map(rows.map((row) => [row.id, row]));
    const ids = new Set(rows);
    expect(() => check(() => [late, bytes, names, ids])).not.toThrow();
    expect(() => check(() => early)).toThrow(/captures 'early' -> Array\[0\] -> Object\.db -> WeakMap/);
  });

  it('says nothing about what can travel', () => {
    const factor = 2;
    expect(() => check((x: number) => x * factor)).not.toThrow();
  });
});

function catchError(body: () => void): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('captureNow', () => {
  it('gives what capture gives, at once', async () => {
    const n = 3;
    const times = (x: number) => x * n;
    const now = captureNow([times]);
    expect(now).toEqual(await capture([times]));
    expect(() => captureNow([Promise.resolve()])).toThrow(/TASK_NOT_SERIALIZABLE/);
  });

  it('gives nothing where a module has to be read first, until it was', async () => {
    const { chunk } = createRequire(import.meta.url)('lodash') as { readonly chunk: () => void };
    expect(captureNow([chunk])).toBe(undefined);
    const packet = await capture([chunk]);
    expect(captureNow([chunk])).toEqual(packet);
  });
});

describe('captureEach', () => {
  const digestsOf = async (...lists: readonly (readonly unknown[])[]) =>
    (await captureEach(lists)).map((each) => ('error' in each ? each : fingerprintOf(each).digest));

  it('gives each list what capture gives, whatever stands beside it', async () => {
    const n = 3;
    const times = (x: number) => x * n;
    const { chunk, templateSettings } = createRequire(import.meta.url)('lodash') as Record<string, unknown>;
    const settings = () => templateSettings;
    const alone = fingerprintOf(await capture([times])).digest;
    const [withoutModule] = await digestsOf([settings]);
    expect(await digestsOf([times], [chunk], [settings], [times, times])).toEqual([
      alone,
      expect.any(String),
      withoutModule,
      expect.any(String),
    ]);
  });

  it('refuses one list and not the others, and asks for no inspector where none is needed', async () => {
    const [refused, fine] = await digestsOf([Promise.resolve()], [(x: number) => x]);
    expect(refused).toMatchObject({ error: { code: 'TASK_NOT_SERIALIZABLE' } });
    expect(fine).toMatch(/^[0-9a-f]{64}$/);
    expect(await captureEach([])).toEqual([]);
  });

  it('takes all functions as they are at the call', async () => {
    let n = 1;
    const reading = () => n;
    const pending = digestsOf([reading]);
    const [before] = await digestsOf([reading]);
    n = 2;
    expect(await pending).toEqual([before]);
    expect(await digestsOf([reading])).not.toEqual([before]);
  });
});
