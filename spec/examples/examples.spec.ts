import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Run } from '../../examples/support/example.ts';
import { expectGolden } from '../support/golden.ts';
import { PROJECT_ROOT } from '../support/source-files.ts';

const EXAMPLES = join(PROJECT_ROOT, 'examples');
const names = (await readdir(EXAMPLES)).filter((name) => /^\d\d-.*\.ts$/.test(name)).map((name) => name.slice(0, -3));

let out: string;
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'cairn-example-'));
});
afterEach(async () => {
  await rm(out, { recursive: true, force: true });
});

/** What an example prints, in a directory of its own. */
async function printed(name: string): Promise<string> {
  const { run } = (await import(join(EXAMPLES, `${name}.ts`))) as { run: Run };
  const lines: string[] = [];
  await run((text) => lines.push(text), { dir: join(out, '.cairn'), out, note: () => undefined });
  return lines.join('\n');
}

/** Lineages without the lines that say how much is kept in memory: that depends on how much there is. */
function withoutSizes(text: string): string {
  return text.replaceAll(/^.*CachedPartitions: .*\n/gm, '');
}

describe('the examples', () => {
  it('are numbered without a gap', () => {
    expect(names.map((name) => Number(name.slice(0, 2)))).toEqual(names.map((_, i) => i + 1));
  });

  it.each(names)('%s prints what its golden says', async (name) => {
    expectGolden(`examples/${name}.txt`, withoutSizes(await printed(name)));
  });

  it('print the same when they are started as programs', async () => {
    const name = '02-pairs-and-joins';
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', join('examples', `${name}.ts`)], {
      cwd: PROJECT_ROOT,
      env: { ...process.env, CAIRN_DIR: join(out, '.cairn') },
    });
    expectGolden(`examples/${name}.txt`, stdout);
  });
});
