/**
 * Another process for the crash specs about signals and exits: opens a session, runs a job over and over, or what its
 * last argument names, and says each event.
 *
 * `ending-child.ts <data directory> <input> <output> <master> <what>`: prints `open <run>`, after each event of the engine
 * its kind, and `answer <JSON>` after each run of the job.
 */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { argv } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { isMainThread, Worker } from 'node:worker_threads';
import { Session } from '../../../lib/api/session.ts';
import { crashJob } from './crash-job.ts';

const [, , dir = '', input = '', output = '', master = 'local', what = 'jobs'] = argv;

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

// Sessions are opened in threads of the program's own, too, which no signal reaches.
if (what.startsWith('in a thread, ') && isMainThread) {
  // Node 20 gives a thread no loader for TypeScript by itself.
  const program = `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(import.meta.url)}); });`;
  const worker = new Worker(program, { eval: true, argv: argv.slice(2) });
  const [code] = (await once(worker, 'exit')) as [number];
  process.exit(code);
}

const session = await Session.open({
  dir,
  master,
  memory: '400 B',
  memoryFraction: 1,
  progress: 'off',
  handleSignals: what !== 'without the handlers',
});
say(`open ${session.run}`);
session.onEvent((event) => say(event.kind));

/** Cached blocks, map outputs and a save by halves, with a task that waits for as long as it is let. */
function pendingSave(wait: () => Promise<void>): Promise<void> {
  return session
    .textFile(input, 2)
    .map((line): [number, number] => [Number(line) % 5, Number(line)])
    .persist('DISK_ONLY')
    .partitionBy(3)
    .mapAsync(async ([key, value]) => {
      say('waiting');
      await wait();
      return `${key} ${value}`;
    })
    .saveAsTextFile(output);
}

const never = () => new Promise<void>(() => {});
const long = () => pause(60_000);

const programs: Readonly<Record<string, () => Promise<unknown>>> = {
  jobs: async () => {
    for (;;) say(`answer ${JSON.stringify(await crashJob(session, input, output))}`);
  },
  'without the handlers': () => pendingSave(long),
  waits: () => pendingSave(long),
  'has a handler': async () => {
    process.on('SIGTERM', () => {
      say('handled');
      session.close().then(() => process.exit(7));
    });
    await pendingSave(long).catch((error: { code?: string }) => say(`failed ${error.code}`));
  },
  'has a handler for once': async () => {
    process.once('SIGTERM', () => say('handled'));
    await pendingSave(long);
  },
  'never settles': () => pendingSave(never),
  'never settles, and is caught': () =>
    pendingSave(never).catch((error: { code?: string; message?: string }) => say(`caught ${error.message}`)),
  'never settles, with an exit code': async () => {
    process.exitCode = 5;
    await pendingSave(never).catch(() => {});
  },
  'exits meanwhile': async () => {
    setTimeout(() => process.exit(0), 100);
    await pendingSave(long);
  },
  'exits with 3 meanwhile': async () => {
    setTimeout(() => process.exit(3), 100);
    await pendingSave(long);
  },
  'exits while tasks write': async () => {
    let isWriting = false;
    session.onEvent(({ kind }) => {
      isWriting ||= kind === 'block-stored';
    });
    // Outside of the listener, which may run as part of a task.
    setInterval(() => isWriting && process.exit(0), 1);
    await session
      .range(0, 400_000, 1, 16)
      .map((n): [number, string] => [n % 1009, `record ${n}`])
      .persist('DISK_ONLY')
      .groupByKey(4)
      .count();
  },
  'exits within a task': () => pendingSave(async () => process.exit(0)),
  'exits within a task with 3': () => pendingSave(async () => process.exit(3)),
  'throws beside the job': async () => {
    setTimeout(() => {
      throw new TypeError('beside');
    }, 100);
    await pendingSave(long);
  },
  'rejects beside the job': async () => {
    setTimeout(() => Promise.reject(new TypeError('beside')), 100);
    await pendingSave(long);
  },
  'rejects in a task': () =>
    pendingSave(async () => {
      Promise.reject(new TypeError('in a task'));
      await long();
    }),
  'never comes back': () =>
    session
      .range(0, 4, 1, 4)
      .map((n) => {
        let i = n;
        while (i >= 0) i++;
        return i;
      })
      .count(),
  'in a thread, waits': () => pendingSave(long),
  'in a thread, exits with 3': () => pendingSave(async () => process.exit(3)),
  'in a thread, never settles': () => pendingSave(never),
  'lets a job fail': () =>
    session
      .range(3)
      .map(() => {
        throw new TypeError('on purpose');
      })
      .count(),
  'does not close': async () => {
    await session.range(10).persist().count();
  },
  'does not close and exits': async () => {
    await session.range(10).persist().count();
    process.exit(0);
  },
};

const program = programs[what];
if (program === undefined) throw new TypeError(`no such program: ${what}`);
await program();
say('end of the program');
