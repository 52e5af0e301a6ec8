/**
 * Another process for the crash specs: runs the job in a session, over and over, until it is killed.
 *
 * `session-child.ts <data directory> <input> <output> <times> [master]`: prints `open <run>`, after each event of the
 * engine its kind, `answer <JSON>` after each run of the job and `closed`. `wait` instead of a number: stays open until killed.
 */
import { writeSync } from 'node:fs';
import { argv } from 'node:process';
import { Session } from '../../../lib/api/session.ts';
import { crashJob } from './crash-job.ts';

const [, , dir = '', input = '', output = '', times = '1', master = 'local'] = argv;

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

// Workers need more than that to run at all.
const memory = master === 'local' ? '400 B' : '64 MiB';
const session = await Session.open({ dir, master, memory, memoryFraction: 1, progress: 'off' });
say(`open ${session.run}`);
session.onEvent((event) => say(event.kind));
for (let i = 0; times === 'wait' || i < Number(times); i++) {
  say(`answer ${JSON.stringify(await crashJob(session, input, output))}`);
  if (times === 'wait') await new Promise(() => setInterval(() => {}, 1000));
}
await session.close();
say('closed');
