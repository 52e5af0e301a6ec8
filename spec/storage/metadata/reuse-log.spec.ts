import { expect, test } from 'vitest';
import { nodeId, runId, shuffleId } from '../../../lib/base/ids.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { type ReuseDecision, ReuseLog } from '../../../storage/metadata/reuse-log.ts';
import { RunReader } from '../../../storage/metadata/run-reader.ts';
import { beginWordCount, ScratchDirectory } from './example-run.ts';

const RUN = runId('aaaa0001');

function decision(overrides: Partial<ReuseDecision> = {}): ReuseDecision {
  return {
    ...{ kind: 'shuffle', node: nodeId(2), shuffle: shuffleId(0), callSite: 'reduceByKey at job.ts:3' },
    ...{ decision: 'new', fromRun: null, partsReused: 0, partCount: 2, bytes: 0, savedMs: null, reasons: [] },
    ...overrides,
  };
}

test('decisions are read in the order they were taken, with their reasons', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  beginWordCount(database);
  beginWordCount(database, 'bbbb0002');
  const log = new ReuseLog(database, RUN);
  log.record([]);
  const refused = decision({ decision: 'refused', reasons: ["captured 'rate' changed at job.ts:14", 'ü\ud800 "'] });
  const reused = decision({
    ...{ kind: 'checkpoint', shuffle: null, decision: 'reused', fromRun: runId('eeee0001') },
    ...{ partsReused: 2, bytes: 1e9, savedMs: 123_456 },
  });
  log.record([decision(), refused]);
  log.record([reused]);
  new ReuseLog(database, runId('bbbb0002')).record([decision({ decision: 'volatile' })]);
  const reader = new RunReader(database);
  expect(reader.reuseOf(RUN)).toEqual([
    { ...decision(), run: RUN, seq: 0 },
    { ...refused, reasons: ["captured 'rate' changed at job.ts:14", 'ü\ufffd "'], run: RUN, seq: 1 },
    { ...reused, run: RUN, seq: 2 },
  ]);
  expect(reader.reuseOf(runId('bbbb0002')).map((row) => row.decision)).toEqual(['volatile']);
  expect(database.findDamage()).toEqual([]);
});

test('a call that fails writes nothing, and can be made again', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  beginWordCount(database);
  const log = new ReuseLog(database, RUN);
  const wrong = { ...decision(), decision: 'maybe' } as unknown as ReuseDecision;
  expect(() => log.record([decision(), wrong])).toThrow();
  expect(new RunReader(database).reuseOf(RUN)).toEqual([]);
  log.record([decision()]);
  expect(new RunReader(database).reuseOf(RUN).map(({ seq }) => seq)).toEqual([0]);
});
