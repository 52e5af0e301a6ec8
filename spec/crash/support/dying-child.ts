/**
 * Another process for `worker-death.spec.ts`: a job one of whose tasks dies, then a job that does not, in one session.
 *
 * `dying-child.ts <data directory> <input> <output> <master> <way> <caught or uncaught>`: prints `open <run>` and, where
 * the error is caught, `died` for each time, `failed <JSON>` of the last one, `answer <JSON>` of a job after it, and `closed`.
 */
import { writeSync } from 'node:fs';
import { argv } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { Session } from '../../../lib/api/session.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { crashJob } from './crash-job.ts';

const [, , dir = '', input = '', output = '', master = 'local[2]', way = 'throws', handling = 'caught'] = argv;

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

/** How often the job dies, in one session. */
const ROUNDS = Number(process.env.CAIRN_DEATH_ROUNDS ?? 1);

/** What a function of the job does at a record in the middle of its partition. */
const WAYS: Readonly<Record<string, () => unknown>> = {
  throws: () => {
    throw new TypeError('on purpose');
  },
  'exits with 0': () => process.exit(0),
  'exits with 3': () => process.exit(3),
  'signals its process': async () => {
    process.kill(process.pid, 'SIGTERM');
    await pause(60_000);
  },
  'runs out of heap': () => {
    const held: unknown[] = [];
    for (;;) held.push(new Array(100_000).fill(held.length));
  },
  'never comes back': () => {
    for (let n = 0; ; n++) Math.sqrt(n);
  },
  'never settles': () => new Promise(() => {}),
  'rejects unheard': async () => {
    Promise.reject(new TypeError('unheard'));
    await pause(60_000);
  },
  'throws beside the task': async () => {
    setTimeout(() => {
      throw new TypeError('beside');
    });
    await pause(60_000);
  },
};

const die = WAYS[way];
if (die === undefined) throw new TypeError(`no such way to die: ${way}`);

const session = await Session.open({
  dir,
  master,
  memory: '64 KiB',
  progress: 'off',
  // Long enough for threads to start and for tasks that do end, on a machine with much to do.
  task: way.startsWith('never') ? { maxFailures: 1, timeout: ROUNDS > 1 ? '2 s' : '8 s' } : { maxFailures: 2 },
});
say(`open ${session.run}`);

/** When the task dies its map output is under way: there is too little memory to hold what came before. */
async function dyingJob(): Promise<number> {
  return await session
    .range(0, 8000, 1, 4)
    .mapAsync(async (n): Promise<[number, unknown]> => [n % 1000, n === 7000 ? await die?.() : `value ${n}`])
    .groupByKey(3)
    .count();
}

if (handling === 'uncaught') await dyingJob();
let error: unknown;
for (let round = 0; round < ROUNDS; round++) {
  error = await dyingJob().then(
    (count) => `the job gave ${count}`,
    (thrown: unknown) => thrown,
  );
  if (!CairnError.is(error, 'JOB_FAILED')) break;
  say('died');
}
const { cause, stack, ...fields } = error instanceof CairnError ? error : { cause: error, stack: '' };
say(
  `failed ${JSON.stringify({
    ...fields,
    stack,
    cause: cause instanceof CairnError ? `${cause.code} ${cause.message}` : String(cause),
  })}`,
);
say(`answer ${JSON.stringify(await crashJob(session, input, output))}`);
await session.close();
say('closed');
