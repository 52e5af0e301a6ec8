/**
 * Another process for `database-processes.spec.ts`: writes until it is killed, or reads until it has seen enough.
 *
 * `write <path>`: commits stages one after another, and prints each one's id once it is committed.
 * `die <path> <n>`: commits n stages, then kills itself within the transaction of the next.
 * `read <path> <n>`: opens the database read-only and looks until it holds n stages; prints what was wrong on the way.
 */
import { writeSync } from 'node:fs';
import { argv } from 'node:process';
import { jobId, runId } from '../../../lib/base/ids.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { RunReader } from '../../../storage/metadata/run-reader.ts';
import { beginWordCount, exampleStage } from './example-run.ts';

const [, , mode, path = '', count = '0'] = argv;

function say(line: string | number): void {
  writeSync(1, `${line}\n`);
}

if (mode === 'read') {
  using database = MetadataDatabase.open(path, { readOnly: true });
  const reader = new RunReader(database);
  let backwards = 0;
  say('ready');
  let stages = -1;
  while (stages < Number(count)) {
    const before = stages;
    stages = database.readTransaction(() => {
      const found = reader.stagesOf(runId('aaaa0001'), jobId(0));
      // A stage is there with all its tasks or not at all.
      for (const { stage, attempt, taskCount } of found) {
        const tasks = reader.tasksOf(runId('aaaa0001'), stage, attempt).length;
        if (tasks !== taskCount) say(`stage ${stage} has ${tasks} of ${taskCount} tasks`);
      }
      return found.length;
    });
    if (stages < before) backwards++;
  }
  say(`${stages} stages, ${backwards} times backwards`);
} else {
  const database = MetadataDatabase.open(path);
  const log = beginWordCount(database);
  for (let stage = 0; mode === 'write' || stage < Number(count); stage++) {
    log.recordStageEnd(exampleStage(stage, 20));
    say(stage);
  }
  database.transaction(() => {
    log.recordStageEnd(exampleStage(Number(count), 20));
    process.kill(process.pid, 'SIGKILL');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
}
