/**
 * One limit, honoured: jobs over more records than memory holds give the right answer, and their process never has more
 * than `memory` and a fixed amount for Node and the engine. `npm run memory` has ten times the limit for each.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const CHILD = join(import.meta.dirname, 'support/memory-child.mjs');
const MIB = 1024 * 1024;

const LIMIT_MIB = Number(process.env.CAIRN_MEMORY_LIMIT ?? 256);
/** How many times the limit the records of a job come to, were all of them held as objects. */
const FACTOR = Number(process.env.CAIRN_MEMORY_FACTOR ?? 1);
/** Few enough that each passes a task's share. */
const PARTITIONS = FACTOR > 2 ? 8 : 2;
/** Node, the engine, its packages and the code of both, on all threads. */
const BESIDE_MIB = 200;

/** What a record takes as objects, in bytes: of the larger input where there are two. */
const JOBS: Readonly<Record<string, number>> = {
  sort: 96,
  reduce: 80,
  group: 72,
  join: 110,
  distinct: 48,
  arrays: 72,
  persist: 256,
};

interface Report {
  readonly found: unknown;
  readonly wanted: unknown;
  readonly spilledBytes: number;
  readonly peakRssBytes: number;
}

async function run(job: string, master: string): Promise<Report> {
  // On a disk: what is in a directory of memory counts for nobody, but takes it all the same.
  const dir = mkdtempSync(join(tmpdir(), 'cairn-memory-'));
  try {
    const records = Math.floor((LIMIT_MIB * MIB * FACTOR) / (JOBS[job] as number));
    const settings = { dir, master, memory: `${LIMIT_MIB} MiB`, job, records, partitions: PARTITIONS };
    const environment = { ...process.env, CAIRN_MEMORY: '', CAIRN_CODEGEN: '', NODE_OPTIONS: '' };
    const child = spawn(process.execPath, [CHILD, JSON.stringify(settings)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: environment,
    });
    const texts = { out: '', errors: '' };
    child.stdout.on('data', (chunk) => {
      texts.out += String(chunk);
    });
    child.stderr.on('data', (chunk) => {
      texts.errors += String(chunk);
    });
    const [code] = await once(child, 'close');
    expect([code, texts.errors]).toEqual([0, '']);
    return JSON.parse(texts.out) as Report;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

describe.each(['local', 'local[2]'])('with %s', (master) => {
  test.each(Object.keys(JOBS))('%s keeps to its memory', async (job) => {
    const { found, wanted, spilledBytes, peakRssBytes } = await run(job, master);
    expect(found).toEqual(wanted);
    if (process.env.CAIRN_MEMORY_FACTOR !== undefined) {
      process.stderr.write(
        `${job} ${master}: ${Math.ceil(peakRssBytes / MIB)} MiB, ${Math.ceil(spilledBytes / MIB)} MiB spilled\n`,
      );
    }
    expect(peakRssBytes / MIB).toBeLessThanOrEqual(LIMIT_MIB + BESIDE_MIB);
  });
});
