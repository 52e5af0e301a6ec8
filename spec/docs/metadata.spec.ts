import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { jobId } from '../../lib/base/ids.ts';
import { MetadataDatabase } from '../../storage/metadata/database.ts';
import { beginWordCount, exampleStage, ScratchDirectory } from '../storage/metadata/example-run.ts';

const PAGE = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'metadata.md'), 'utf8');
const QUERIES = [...PAGE.matchAll(/^```sql\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');

test('the queries of the page answer its questions', () => {
  using scratch = new ScratchDirectory();
  {
    using database = MetadataDatabase.open(scratch.database);
    for (const run of ['aaaa0001', 'bbbb0002']) {
      const log = beginWordCount(database, run);
      const slow = exampleStage(0, 4);
      const tasks = slow.tasks.map((task) => ({
        ...task,
        endedAtMs: task.startedAtMs + (task.partition === 3 ? 70 : 10),
      }));
      log.recordStageEnd({ ...slow, tasks });
      log.recordStageEnd(exampleStage(1, 2, { submittedAtMs: 2_000_000, completedAtMs: 2_001_000 }));
      log.recordJobEnd({
        job: jobId(0),
        state: 'succeeded',
        endedAtMs: 2_002_000,
        stageCount: 2,
        skippedStageCount: 0,
      });
      log.endRun({ state: 'succeeded' });
    }
  }
  using database = MetadataDatabase.open(scratch.database, { readOnly: true });
  expect(QUERIES).toHaveLength(4);
  const [longest = [], skewed = [], held = [], lineage = []] = QUERIES.map((query) => database.all(query));
  expect(longest.map(({ stage, ms }) => [stage, ms])).toEqual([
    [1, 1000],
    [0, 450],
  ]);
  expect(skewed[0]).toMatchObject({ stage: 0, tasks: 4, slowest_ms: 70, average_ms: 25, ratio: 2.8 });
  const output = { name: 'map at job.ts:2', consumer: 'map output' };
  expect(held).toEqual([
    { stage: 0, ...output, peak_bytes: 4099, spilled_bytes: 40, tasks: 4 },
    { stage: 1, ...output, peak_bytes: 4097, spilled_bytes: 20, tasks: 2 },
  ]);
  expect(lineage.map(({ node, class_name, computed_from }) => [node, class_name, computed_from])).toEqual([
    [2, 'ShuffledRDD', '1 shuffle'],
    [1, 'MapPartitionsRDD', '0 narrow'],
    [0, 'ParallelCollectionRDD', null],
  ]);
});

test('the page describes every table', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  const tables = database.all<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
  const described = [...PAGE.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1]).sort();
  expect(described).toEqual(tables.map(({ name }) => name));
});
