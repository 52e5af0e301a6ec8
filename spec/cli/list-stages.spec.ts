import { expect, it } from 'vitest';
import { listStages } from '../../cli/list-stages.ts';
import { CairnError } from '../../lib/base/errors.ts';
import { RecorderScript } from '../lib/api/support/recorder-script.ts';
import { Lineage } from '../lib/scheduler/support/lineages.ts';
import { ExampleCatalog, FakeIo } from './support/example-catalog.ts';

it('lists those of one job, or of a run that has none', () => {
  using example = new ExampleCatalog();
  const list = (...args: readonly string[]) => {
    const io = new FakeIo({ CAIRN_DIR: example.directory });
    expect(listStages.run(args, io)).toBe(0);
    return io.stdout.trimEnd().split('\n').slice(1).length;
  };
  expect(list('aaaa', '--job', '0')).toBe(2);
  expect(list('bbbb')).toBe(0);
});

it('says that a job is not there', () => {
  using example = new ExampleCatalog();
  const io = new FakeIo({ CAIRN_DIR: example.directory });
  expect(listStages.run(['aaaa', '--job', '7'], io)).toBe(1);
  expect(io.stdout).toBe('');
  expect(io.stderr).toBe("cairn: run aaaa0001 has no job 7\n  hint: 'cairn jobs aaaa0001' lists its jobs\n");
});

it('tells the attempts at a stage apart', () => {
  using script = new RecorderScript();
  script.startJob(0, new Lineage().collection(2), [0]);
  script.submitStage(0);
  script.failStage(0, new CairnError('INTERNAL', { detail: 'x' }), { willRetry: true });
  script.runStage(0, { attempt: 1 });
  script.endJob(0);
  const io = new FakeIo();
  listStages.run(['--dir', script.directory], io);
  const words = io.stdout.split('\n').map((line) => line.trim().split(/ +/).slice(0, 3).join(' '));
  expect(words).toEqual(['JOB STAGE STATE', '0 0 failed', '0 0.1 succeeded', '', 'stage 0: INTERNAL:', '']);
});
