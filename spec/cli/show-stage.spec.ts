import { expect, it } from 'vitest';
import { showStage } from '../../cli/show-stage.ts';
import { RecorderScript } from '../lib/api/support/recorder-script.ts';
import { Lineage } from '../lib/scheduler/support/lineages.ts';
import { ExampleCatalog, FakeIo } from './support/example-catalog.ts';

/** Runs the command over the first of the example's runs. */
function show(...args: readonly string[]): { readonly code: unknown; readonly io: FakeIo } {
  using example = new ExampleCatalog();
  const io = new FakeIo({ CAIRN_DIR: example.directory });
  return { code: showStage.run(args, io), io };
}

it('shows what tasks took, read and wrote, and the partition that had most', () => {
  using script = new RecorderScript();
  script.startJob(0, new Lineage().collection(2), [0]);
  script.submitStage(0, { tasks: 4, name: 'groupByKey at job.ts:14' });
  const tasks = [0, 1, 2, 3].map((partition) => script.startTask(0, partition));
  tasks.forEach((task, partition) => {
    script.wait(partition === 3 ? 9000 : 100);
    const share = partition === 2 ? 40 : 1;
    script.endTask(task, 0, partition, {
      metrics: { shuffleReadBytes: share * 1024 * 1024, shuffleReadRecords: share * 1000, bytesRead: 1024 },
    });
  });
  script.endStage(0);
  script.endJob(0);
  const io = new FakeIo();
  expect(showStage.run(['0', '--dir', script.directory], io)).toBe(0);
  expect(io.stdout).toBe(`stage 0: groupByKey at job.ts:14
succeeded in 9.3 s, 4 tasks succeeded

OF ITS TASKS      MIN     25 %   MEDIAN     75 %       MAX       MAX IN
time           100 ms   100 ms   200 ms   300 ms     9.3 s  partition 3
read          1.0 MiB  1.0 MiB  1.0 MiB  1.0 MiB  40.0 MiB  partition 2
records read    1,000    1,000    1,000    1,000    40,000  partition 2

       TIME  TASKS
up to 1.2 s      3  ########################################
up to 2.4 s      0
up to 3.5 s      0
up to 4.7 s      0
up to 5.8 s      0
up to 7.0 s      0
up to 8.1 s      0
up to 9.3 s      1  ##############
`);
});

it('shows the last attempt, or the one that is asked for', () => {
  const { code, io } = show('4', 'aaaa');
  expect([code, io.stdout.split('\n')[1]]).toEqual([0, 'failed in 30 ms, 0 tasks succeeded']);
  const other = show('4', 'aaaa', '--attempt', '1');
  expect([other.code, other.io.stderr]).toEqual([
    1,
    "cairn: run aaaa0001 ran no attempt 1 at stage 4\n  hint: 'cairn stages aaaa0001' lists its stages\n",
  ]);
});

it('says that a stage is not there', () => {
  const { code, io } = show('77', 'aaaa');
  expect([code, io.stderr]).toEqual([
    1,
    "cairn: run aaaa0001 ran no stage 77\n  hint: 'cairn stages aaaa0001' lists its stages\n",
  ]);
});

it('refuses what is no stage', () => {
  expect(() => show()).toThrow('COMMAND_LINE');
  expect(() => show('x')).toThrow('COMMAND_LINE');
});
