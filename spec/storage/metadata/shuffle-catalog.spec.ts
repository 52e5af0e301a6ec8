import { describe, expect, it } from 'vitest';
import type { Clock } from '../../../lib/base/clock.ts';
import { runId, shuffleId, taskId } from '../../../lib/base/ids.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { JobLog } from '../../../storage/metadata/job-log.ts';
import type { RetainedOutputRow } from '../../../storage/metadata/rows.ts';
import { ShuffleCatalog } from '../../../storage/metadata/shuffle-catalog.ts';
import { exampleRun, ScratchDirectory } from './example-run.ts';

const ONE = runId('aaaa0001');
const TWO = runId('bbbb0002');

function outputOf(mapIndex: number, task = mapIndex): RetainedOutputRow {
  return { mapIndex, task: taskId(task), bytes: 100 + mapIndex, rowCount: 10, durationMs: 5 };
}

function shuffleOf(run = ONE, shuffle = 0, fingerprint = 'f00d') {
  return { run, shuffle: shuffleId(shuffle), fingerprint, mapCount: 3, reducerCount: 2 };
}

class CatalogOfSpec implements Disposable {
  readonly scratch = new ScratchDirectory();
  readonly clock: Clock & { now: number } = { now: 1000, nowMs: () => this.clock.now, monotonicMs: () => 0 };
  readonly trace: string[] = [];
  readonly database = MetadataDatabase.open(this.scratch.database, {
    clock: this.clock,
    trace: (sql) => void this.trace.push(sql),
  });
  readonly catalog = new ShuffleCatalog(this.database);

  [Symbol.dispose](): void {
    expect(this.database.findDamage()).toEqual([]);
    this.database.close();
    this.scratch[Symbol.dispose]();
  }
}

describe('the catalog of retained map outputs', () => {
  it('names each fingerprint once', () => {
    using spec = new CatalogOfSpec();
    const { catalog } = spec;
    expect(catalog.fingerprints()).toEqual([]);
    for (const [run, shuffle, fingerprint] of [
      [ONE, 0, 'f00d'],
      [TWO, 0, 'f00d'],
      [TWO, 1, 'beef'],
    ] as const) {
      catalog.recordOutputs(shuffleOf(run, shuffle, fingerprint), [outputOf(0)]);
    }
    expect([...catalog.fingerprints()].sort()).toEqual(['beef', 'f00d']);
  });

  it('gathers the outputs of a shuffle, in a transaction each time', () => {
    using spec = new CatalogOfSpec();
    const { catalog } = spec;
    catalog.recordOutputs(shuffleOf(), []);
    expect(catalog.list()).toEqual([]);
    spec.trace.length = 0;
    catalog.recordOutputs(shuffleOf(), [outputOf(2), outputOf(0)]);
    expect(spec.trace.filter((sql) => sql === 'COMMIT')).toHaveLength(1);
    spec.clock.now = 2000;
    catalog.recordOutputs(shuffleOf(), [outputOf(1), outputOf(2, 9)]);
    expect(catalog.find('f00d')).toEqual([
      { ...shuffleOf(), createdAtMs: 2000, outputs: [outputOf(0), outputOf(1), outputOf(2, 9)] },
    ]);
    expect(catalog.list()).toEqual(catalog.find('f00d'));
  });

  it('takes ids of runs only: they name folders', () => {
    using spec = new CatalogOfSpec();
    for (const run of ['..', '../../x', 'AAAA0001', 'aaaa000', '']) {
      expect(() => spec.catalog.recordOutputs(shuffleOf(runId(run)), [outputOf(0)]), run).toThrow('CHECK');
    }
    expect(spec.catalog.list()).toEqual([]);
  });

  it('finds by fingerprint alone, the newest run first, and not in the run that asks', () => {
    using spec = new CatalogOfSpec();
    const { catalog, database } = spec;
    // The run that began later is the newer one, whatever the clock said.
    for (const run of [ONE, TWO]) JobLog.beginRun(database, exampleRun(run));
    spec.clock.now = 500;
    catalog.recordOutputs(shuffleOf(TWO, 4), [outputOf(0)]);
    spec.clock.now = 1000;
    catalog.recordOutputs(shuffleOf(ONE, 1), [outputOf(0)]);
    catalog.recordOutputs(shuffleOf(ONE, 2, 'beef'), [outputOf(0)]);
    catalog.recordOutputs(shuffleOf(runId('cccc0003'), 2), [outputOf(0)]);
    expect(catalog.find('f00d').map(({ run, shuffle }) => [run, shuffle])).toEqual([
      [TWO, 4],
      [ONE, 1],
      ['cccc0003', 2],
    ]);
    expect(catalog.find('f00d', TWO).map(({ run }) => run)).toEqual([ONE, 'cccc0003']);
    expect(catalog.find('F00D')).toEqual([]);
    for (const strange of ['', '__proto__', "' OR 1 --", '\ud800']) expect(catalog.find(strange)).toEqual([]);
  });

  it('knows the files of a row by their task', () => {
    using spec = new CatalogOfSpec();
    const { catalog } = spec;
    catalog.recordOutputs(shuffleOf(), [outputOf(0, 7)]);
    expect(catalog.isKnown(ONE, shuffleId(0), taskId(7))).toBe(true);
    expect(catalog.isKnown(ONE, shuffleId(0), taskId(0))).toBe(false);
    expect(catalog.isKnown(ONE, shuffleId(1), taskId(7))).toBe(false);
    expect(catalog.isKnown(TWO, shuffleId(0), taskId(7))).toBe(false);
    catalog.recordOutputs(shuffleOf(), [outputOf(0, 8)]);
    expect(catalog.isKnown(ONE, shuffleId(0), taskId(7))).toBe(false);
  });

  it('forgets outputs, shuffles and runs, and no shuffle is left without outputs', () => {
    using spec = new CatalogOfSpec();
    const { catalog } = spec;
    for (const run of [ONE, TWO]) {
      for (const shuffle of [0, 1, 2]) catalog.recordOutputs(shuffleOf(run, shuffle), [outputOf(0), outputOf(1)]);
    }
    catalog.forgetOutput(ONE, shuffleId(0), 1);
    expect(catalog.list().find(({ run, shuffle }) => run === ONE && shuffle === 0)?.outputs).toEqual([outputOf(0)]);
    catalog.forgetOutput(ONE, shuffleId(0), 0);
    catalog.forgetOutput(ONE, shuffleId(0), 0);
    catalog.forgetShuffle(ONE, shuffleId(1));
    expect(catalog.list().filter(({ run }) => run === ONE).map(({ shuffle }) => shuffle)).toEqual([2]); // biome-ignore format: one line
    catalog.forgetRun(TWO);
    expect(catalog.list().map(({ run }) => run)).toEqual([ONE]);
    expect(spec.database.all('SELECT DISTINCT run FROM retained_outputs')).toEqual([{ run: ONE }]);
  });

  it('forgets what is too old, and lets what claims to be from the future grow old too', () => {
    using spec = new CatalogOfSpec();
    const { catalog, clock } = spec;
    for (const [at, shuffle] of [
      [1000, 0],
      [2000, 1],
      [9000, 2],
    ] as const) {
      // biome-ignore format: pairs
      clock.now = at;
      catalog.recordOutputs(shuffleOf(ONE, shuffle), [outputOf(0)]);
    }
    const left = () => catalog.list().map(({ shuffle }) => shuffle);
    clock.now = 3000;
    expect(catalog.forgetExpired(5000)).toBe(0);
    expect(catalog.forgetExpired(2000)).toBe(1);
    expect([...left()].sort()).toEqual([1, 2]);
    clock.now = 4000;
    expect(catalog.forgetExpired(1500)).toBe(1);
    expect(left()).toEqual([2]);
    expect(catalog.forgetExpired(1000)).toBe(1);
    catalog.recordOutputs(shuffleOf(ONE, 5), [outputOf(0)]);
    expect(catalog.forgetExpired(Number.MAX_SAFE_INTEGER)).toBe(0);
    expect(catalog.forgetExpired(0)).toBe(1);
    expect(left()).toEqual([]);
  });

  it('forgets the runs of sessions with a name', () => {
    using spec = new CatalogOfSpec();
    const names = ['ratings', 'ratings', "it's", '__proto__', 'ü 😀'];
    for (const [i, name] of names.entries()) {
      const run = runId(`aaaa000${i}`);
      JobLog.beginRun(spec.database, exampleRun(run, { options: { name } }));
      spec.catalog.recordOutputs(shuffleOf(run), [outputOf(0)]);
    }
    JobLog.beginRun(spec.database, exampleRun('bbbb0000'));
    for (const run of ['bbbb0000', 'cccc0000']) spec.catalog.recordOutputs(shuffleOf(runId(run)), [outputOf(0)]);
    const left = () => spec.catalog.list().map(({ run }) => run);
    for (const name of ['rating', '', '\ud800']) spec.catalog.forgetSession(name);
    expect(left()).toHaveLength(7);
    for (const [i, name] of [...new Set(names)].entries()) {
      spec.catalog.forgetSession(name);
      expect(left().filter((run) => run.startsWith('aaaa'))).toHaveLength(3 - i);
    }
    expect(left().sort()).toEqual(['bbbb0000', 'cccc0000']);
  });
});
