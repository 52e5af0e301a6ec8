/**
 * Another process for the crash specs: runs the job of `resume-job.ts` in a session that resumes, until it is done or killed.
 *
 * `resume-child.ts <data directory> <input> <master>` prints, as it happens:
 *
 *     open <run>
 *     task <shuffle> <partition>          a map task has succeeded (other tasks: `step`, other events: `event <kind>`)
 *     reused <checkpoints> <map outputs>  what earlier runs left and takes the place of computing it
 *     committed <dataset> <path>          a checkpoint
 *     loop <shuffle> <dataset>            the first numbers that the `iterate` loop may use
 *     resumed <iteration or 0>
 *     answer <hash>, closed
 */
import { writeSync } from 'node:fs';
import { argv } from 'node:process';
import { Session } from '../../../lib/api/session.ts';
import { resumeJob } from './resume-job.ts';

const [, , dir = '', input = '', master = 'local'] = argv;

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

const options = {
  dir,
  master: master as 'local',
  name: 'resume-job',
  progress: 'off',
  checkpoint: { dir: `${dir}-checkpoints` },
} as const;
// What is reused is told by events; warnings go to stderr.
const logger = { warn: (text: string) => void writeSync(2, `${text}\n`), info: () => {} };
const session = await Session.openWith(options, { logger });
say(`open ${session.run}`);
const shuffles = new Map<number, number | undefined>();
session.onEvent((event) => {
  if (event.kind === 'stage-submitted') shuffles.set(event.stageId, event.shuffleId);
  if (event.kind === 'task-ended') {
    const shuffle = shuffles.get(event.stageId);
    const isMap = shuffle !== undefined && event.outcome.kind === 'succeeded';
    say(isMap ? `task ${shuffle} ${event.partition}` : 'step');
  } else if (event.kind === 'work-reused') say(`reused ${event.checkpoints} ${event.mapOutputs}`);
  else if (event.kind === 'checkpoint-committed') say(`committed ${event.nodeId} ${event.path}`);
  else say(`event ${event.kind}`);
});
const answer = await resumeJob(session, input, {
  loopBegins: (shuffle, node) => say(`loop ${shuffle} ${node}`),
  round: (round) => say(`round ${round}`),
  loopEnded: (resumedAt) => say(`resumed ${resumedAt ?? 0}`),
});
say(`answer ${answer}`);
await session.close();
say('closed');
