/** What is no file of the engine's, or is damaged, in a data directory: a session opens all the same, or says why not. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { EngineOfSpec, SpecDirectory } from '../../support/engine-of-spec.ts';
import { seededRandom } from '../../support/seeded-random.ts';

/** Generated code and memory change nothing here: one project is enough. */
const runs = process.env.CAIRN_CODEGEN === undefined && process.env.CAIRN_MEMORY === undefined;

function write(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

async function work(directory: string): Promise<void> {
  const engine = await EngineOfSpec.open({ dir: directory, memory: '2 KiB', memoryFraction: 1 });
  const pairs = engine.parallelize([...Array(50).keys()], 3).map((n): [number, number] => [n % 5, n]);
  const sums = pairs.persist('DISK_ONLY').reduceByKey((a, b) => a + b, 2);
  expect((await sums.collect()).sort()).toEqual([0, 1, 2, 3, 4].map((n) => [n, 225 + 10 * n]));
  await engine.engine.close();
}

const GARBAGE = ['', 'x', '\u0000'.repeat(5000), '{"token":', 'SQLite format 3\u0000'.padEnd(600, 'z')];

describe.runIf(runs).each(['scratch', 'blocks', 'shuffle'])('in %s', (folder) => {
  test.each([
    'garbage',
    '00000000',
    '00000000/garbage',
    '00000000/0a/garbage',
    '00000000/0a/rdd_0_0',
    '00000000/0a/rdd_0_0.0-0.tmp',
    '00000000/3f/shuffle_0_0_0.data',
    '00000000/3f/shuffle_0_0_0.index.tmp',
    'zzzzzzzz/00/shuffle_0_0_0.index',
    '.hidden',
    '-1-0-0',
  ])('a file %s keeps no session from working', async (name) => {
    for (const content of GARBAGE) {
      using directory = new SpecDirectory();
      write(directory.join(folder, name), content);
      await work(directory.path);
      await work(directory.path);
    }
  });

  test('links, which are not followed: what they name stays', async () => {
    using directory = new SpecDirectory();
    using other = new SpecDirectory();
    write(other.join('0a', 'rdd_0_0'), 'of someone else');
    write(directory.join(folder, 'plain'), 'x');
    symlinkSync(other.path, directory.join(folder, '00000000'));
    mkdirSync(directory.join(folder, '11111111'));
    symlinkSync(other.join('0a'), directory.join(folder, '11111111', '0a'));
    await work(directory.path);
    expect(readFileSync(other.join('0a', 'rdd_0_0'), 'utf8')).toBe('of someone else');
  });

  test('a file in place of the folder is an error with a code, or is replaced', async () => {
    using directory = new SpecDirectory();
    write(directory.join(folder), 'no folder');
    await work(directory.path).catch((error: unknown) => {
      expect(error).toBeInstanceOf(CairnError);
      expect((error as CairnError).kind).not.toBe('internal');
    });
  });
});

describe.runIf(runs).each(['lock', 'cairn.sqlite', 'cairn.sqlite-wal', 'cairn.sqlite-shm'])('a %s', (name) => {
  test('of garbage is an error with a code, or does no harm', async () => {
    const random = seededRandom(42);
    const noise = Array.from({ length: 12 }, (_, i) => {
      return Uint8Array.from({ length: 3 ** i % 20_000 }, () => Math.floor(random() * 256));
    });
    for (const content of [...GARBAGE, ...noise]) {
      using directory = new SpecDirectory();
      write(directory.join(name), content);
      await work(directory.path).catch((error: unknown) => {
        if (!(error instanceof CairnError)) throw error;
        expect(error.kind).not.toBe('internal');
        expect(error.message).toContain(directory.path);
        // It is still there for whoever wants to look.
        expect(readFileSync(directory.join(name)).equals(Buffer.from(content))).toBe(true);
      });
    }
  });

  test('that is a directory is an error with a code', async () => {
    using directory = new SpecDirectory();
    mkdirSync(directory.join(name, 'inside'), { recursive: true });
    await work(directory.path).catch((error: unknown) => {
      if (!(error instanceof CairnError)) throw error;
      expect(error.kind).not.toBe('internal');
    });
  });
});

test.runIf(runs)('a database with any bit flipped is used, or refused with a code', async () => {
  using directory = new SpecDirectory();
  await work(directory.path);
  const path = join(directory.path, 'cairn.sqlite');
  const whole = readFileSync(path);
  const random = seededRandom(7);
  let refused = 0;
  for (let i = 0; i < 60; i++) {
    const bytes = Buffer.from(whole);
    // The header more often than the pages behind it.
    const at = Math.floor(random() * (i % 2 === 0 ? 100 : bytes.length));
    bytes[at] = (bytes[at] as number) ^ (1 << Math.floor(random() * 8));
    writeFileSync(path, bytes);
    await work(directory.path).catch((error: unknown) => {
      if (!(error instanceof CairnError)) throw error;
      expect(error.kind).not.toBe('internal');
      refused++;
    });
  }
  expect(refused).toBeGreaterThan(3);
});
