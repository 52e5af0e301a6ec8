/**
 * A job that is killed with kill -9 again and again, at moments that nobody chose, and started again in the same directory
 * until it is done: it gives the answer of plain arrays, and computes nothing again that was committed. Between two runs
 * a file that was committed may be damaged: then that is computed again, and nothing else.
 *
 * `CAIRN_RESUME_ROUNDS` sets how often a process is killed (25 unless set), `CAIRN_RESUME_SEED` the moments.
 */
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { shuffleId, taskId } from '../../lib/base/ids.ts';
import { shuffleDataFile, shuffleIndexFile } from '../../storage/block/block-id.ts';
import { subdirectoryOf } from '../../storage/block/hashed-directory.ts';
import { leftovers, SpecDirectory } from '../support/engine-of-spec.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { Child } from './support/child.ts';
import { resumeJobAnswer, resumeJobInput } from './support/resume-job.ts';
import {
  type Committed,
  type CommittedState,
  committedIn,
  decisionsOf,
  type OutputState,
  ResumedRun,
} from './support/resume-state.ts';

const SCRIPT = join(import.meta.dirname, 'support/resume-child.ts');
const ROUNDS = Number(process.env.CAIRN_RESUME_ROUNDS ?? 25);
const SEED = Number(process.env.CAIRN_RESUME_SEED ?? 20_261_120);
/** Each has directories and moments of its own: they run side by side. */
const LANES = [0, 1] as const;
/** Runs of one job that are killed before one is left alone. */
const MOST_KILLS = 8;
/** More lines than a process prints, so that some come to their end. */
const MOST_LINES = 640;
const ANSWER = resumeJobAnswer();

let home: SpecDirectory;
let input: string;
beforeAll(() => {
  home = new SpecDirectory();
  input = home.join('input.txt');
  writeFileSync(input, resumeJobInput());
});
afterAll(() => home[Symbol.dispose]());

/** A file that was made unreadable, and what is computed again for it. */
interface Damage {
  readonly file: string;
  readonly output: OutputState | undefined;
  readonly checkpoint: CommittedState | undefined;
}

/** One job from its first run to its last. */
class KilledJob {
  readonly dir: string;
  readonly history: string[] = [];
  kills = 0;
  readonly reused = { checkpoints: 0, mapOutputs: 0 };
  /** Things that were damaged and computed again. */
  repaired = 0;
  readonly #random: () => number;
  readonly #runs = new Map<string, ResumedRun>();
  #damaged: Damage[] = [];

  constructor(dir: string, random: () => number) {
    this.dir = dir;
    this.#random = random;
  }

  /** Starts it until it is done, `mostKills` times at the most with a kill. */
  async run(mostKills: number): Promise<void> {
    for (;;) {
      const before = committedIn(this.dir);
      const child = new Child(SCRIPT, [this.dir, input, this.#random() < 0.5 ? 'local' : 'local[2]']);
      const isKilled = this.kills < mostKills && (await this.#killAtSomeMoment(child));
      const ended = await child.ended();
      const run = new ResumedRun(child);
      this.history.push(`${run.run}: ${ended}, ${child.lines.length} lines, ${JSON.stringify(run.reused)}`);
      expect(child.errors).toBe('');
      if (run.run !== undefined) this.#runs.set(run.run, run);
      this.#check(run, before, ended === 0);
      if (ended === 0) break;
      expect([ended, isKilled]).toEqual(['SIGKILL', true]);
      this.kills++;
      if (this.#random() < 0.3) this.#damageSomething();
    }
    // What was kept for later runs has done what it was for.
    expect(committedIn(this.dir).outputs).toEqual([]);
    expect(leftovers(this.dir).filter((path) => path.includes('/'))).toEqual([]);
  }

  /** Gives whether it was killed before it had ended. */
  async #killAtSomeMoment(child: Child): Promise<boolean> {
    const isByTime = this.#random() < 0.3;
    const amount = this.#random();
    if (isByTime) {
      await child.said(1);
      await Promise.race([delay(20 + amount * 480), child.ended()]);
    } else await child.said(1 + Math.floor(amount * MOST_LINES));
    if (child.hasEnded) return false;
    child.kill();
    return true;
  }

  #check(run: ResumedRun, before: Committed, isDone: boolean): void {
    const damagedOutputs = new Set(this.#damaged.map(({ output }) => output && this.#nameOf(output)));
    const damagedCheckpoints = new Set(this.#damaged.map(({ checkpoint }) => checkpoint?.directory));
    // What could be found was not computed again, unless it had been damaged.
    const findable = before.outputs.filter(({ isUnused }) => !isUnused);
    const known = new Set(findable.map((output) => this.#nameOf(output)));
    const again = run.tasks.filter((name) => known.has(name));
    expect(again.filter((name) => !damagedOutputs.has(name))).toEqual([]);
    this.repaired += again.length;

    const checkpoints = before.checkpoints.filter(({ directory }) => !damagedCheckpoints.has(directory));
    const iterations = checkpoints.flatMap(({ name }) => Number(/ after (\d+)$/.exec(name ?? '')?.[1] ?? []));
    const plain = checkpoints.filter(({ name }) => !/ after \d+$/.test(name ?? ''));
    expect(run.committed.filter((node) => plain.some((each) => each.node === node))).toEqual([]);
    const lost = this.#damaged.flatMap(({ checkpoint }) => checkpoint?.node ?? []);
    this.repaired += run.committed.filter((node) => lost.includes(node)).length;
    if (run.resumedAt !== undefined && run.tasks.some((name) => name.startsWith('iteration'))) {
      expect(run.resumedAt).toBe(Math.max(0, ...iterations));
    }
    this.reused.checkpoints += run.reused.checkpoints;
    this.reused.mapOutputs += run.reused.mapOutputs;
    if (!isDone) return;

    expect(run.answer).toBe(ANSWER);
    expect(run.resumedAt).toBe(Math.max(0, ...iterations));
    const decisions = decisionsOf(this.dir, run.run as string);
    const reused = decisions.filter(({ kind, decision }) => kind === 'checkpoint' && decision === 'reused');
    expect(reused.map(({ node }) => Number(node))).toEqual(expect.arrayContaining(plain.map(({ node }) => node)));
  }

  #nameOf(output: OutputState): string {
    const run = this.#runs.get(output.run);
    return run === undefined ? `shuffle ${output.shuffle}, partition ${output.mapIndex}` : run.nameOf(output);
  }

  /** One of the newest files: what older ones held may not be needed any more. */
  #damageSomething(): void {
    const { outputs, checkpoints } = committedIn(this.dir);
    const pick = <T>(things: readonly T[]): T | undefined => things[Math.floor(this.#random() * things.length)];
    const isCheckpoint = this.#random() < 0.5;
    const newest = outputs.toSorted((a, b) => b.shuffle - a.shuffle).slice(0, 6);
    const output = isCheckpoint ? undefined : pick(newest);
    const checkpoint = isCheckpoint ? pick(checkpoints.slice(-3)) : undefined;
    const file = output ? this.#fileOf(output, this.#random() < 0.5) : checkpoint && pick(partsOf(checkpoint));
    if (file === undefined) return;
    const how = this.#damage(file);
    if (how === undefined) return;
    this.#damaged.push({ file, output, checkpoint });
    this.history.push(`${how}: ${file}`);
  }

  #fileOf({ run, shuffle, task }: OutputState, isIndex: boolean): string {
    const [id, ofTask] = [shuffleId(shuffle), taskId(task)];
    const name = isIndex ? shuffleIndexFile(id, ofTask) : shuffleDataFile(id, ofTask);
    return join(this.dir, 'shuffle', run, subdirectoryOf(name), name);
  }

  #damage(file: string): string | undefined {
    const size = statSync(file).size;
    if (size === 0) return undefined;
    const at = Math.floor(this.#random() * size);
    const how = Math.floor(this.#random() * 3);
    if (how === 0) rmSync(file);
    else if (how === 1) truncateSync(file, at);
    else {
      const bytes = readFileSync(file);
      bytes[at] = (bytes[at] as number) ^ (1 << Math.floor(this.#random() * 8));
      writeFileSync(file, bytes);
    }
    return ['removed', `cut at ${at}`, `bit flipped at ${at}`][how];
  }
}

function partsOf({ directory }: CommittedState): string[] {
  const names = readdirSync(directory).filter((name) => name.startsWith('part-'));
  return names.map((name) => join(directory, name));
}

const totals = { kills: 0, checkpoints: 0, mapOutputs: 0, repaired: 0 };

test.concurrent.each(LANES)(
  'a killed job goes on from what it had committed, wherever it was killed (%i)',
  {
    timeout: 60_000 + ROUNDS * 5_000,
  },
  async (lane) => {
    const random = seededRandom(SEED + lane);
    const rounds = Math.ceil((ROUNDS - lane) / LANES.length);
    let kills = 0;
    for (let i = 0; kills < rounds; i++) {
      const job = new KilledJob(home.join(`job-${lane}-${i}`), random);
      try {
        await job.run(Math.min(MOST_KILLS, rounds - kills));
      } catch (error) {
        if (error instanceof Error) {
          const where = `CAIRN_RESUME_SEED=${SEED} CAIRN_RESUME_ROUNDS=${ROUNDS}, lane ${lane}, job ${i}`;
          error.message = [`${error.message}`, `${where}:`, ...job.history].join('\n');
        }
        throw error;
      }
      kills += job.kills;
      totals.kills += job.kills;
      totals.checkpoints += job.reused.checkpoints;
      totals.mapOutputs += job.reused.mapOutputs;
      totals.repaired += job.repaired;
      for (const path of [job.dir, `${job.dir}-checkpoints`]) rmSync(path, { recursive: true, force: true });
    }
  },
);

test('that was no accident: much was reused, and some of it was damaged and made anew', () => {
  expect(totals.kills).toBe(ROUNDS);
  expect(totals.checkpoints).toBeGreaterThan(ROUNDS);
  expect(totals.mapOutputs).toBeGreaterThan(ROUNDS * 4);
  if (ROUNDS >= 25) expect(totals.repaired).toBeGreaterThan(0);
});
