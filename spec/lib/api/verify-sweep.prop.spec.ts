/**
 * A data directory with checkpoints and retained map outputs loses a file, a row, or a bit, at random: verifying names it,
 * sweeping makes both sides agree again, and a session in the directory works.
 */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Session } from '../../../lib/api/session.ts';
import { sweepDirectory } from '../../../lib/api/sweep-directory.ts';
import { verifyDirectory } from '../../../lib/api/verify-directory.ts';
import { runId } from '../../../lib/base/ids.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { ShuffleCatalog } from '../../../storage/metadata/shuffle-catalog.ts';
import { SpecDirectory } from '../../support/engine-of-spec.ts';
import { RetainedOutputs } from '../../support/retained-outputs.ts';

/** What goes, each with a number that chooses among those there are. */
type Loss =
  | { readonly kind: 'file' | 'bit' | 'stray'; readonly which: number }
  | { readonly kind: 'row'; readonly which: number };

const lossArbitrary: fc.Arbitrary<Loss> = fc.record({
  kind: fc.constantFrom('file', 'bit', 'stray', 'row'),
  which: fc.nat({ max: 1_000_000 }),
});

/** Two checkpoints and four retained outputs of a run that is over. */
async function fill(dir: string): Promise<void> {
  const session = await Session.open({ dir, master: 'local', progress: 'off' });
  session.setCheckpointDir(join(dir, 'checkpoints'));
  for (const name of ['a', 'b']) await session.range(0, 20, 1, 2).map((n) => `${name} ${n}`).checkpoint({ name, eager: true }); // biome-ignore format: one line
  await session.close();
  using database = MetadataDatabase.open(join(dir, 'cairn.sqlite'));
  const outputs = new RetainedOutputs(nodeFileSystem, new ShuffleCatalog(database), join(dir, 'shuffle'));
  for (const task of [0, 1, 2, 3]) outputs.write(runId('aaaa0001'), task % 2, task, [task, 'x'.repeat(50)]);
}

/** The files that rows are about. */
function storedFiles(dir: string): string[] {
  return readdirSync(dir, { recursive: true })
    .map((name) => join(dir, String(name)))
    .filter((path) => statSync(path).isFile() && /checkpoints|shuffle/.test(path.slice(dir.length)))
    .sort();
}

const ROWS = [
  ['checkpoints', 'checkpoint'],
  ['checkpoint_parts', 'rowid'],
  ['retained_shuffles', 'rowid'],
  ['retained_outputs', 'rowid'],
] as const;

/** Does it; gives what must be named, by a part of its path, or undefined when there was nothing to lose. */
function lose(dir: string, { kind, which }: Loss): string | undefined {
  if (kind === 'stray') {
    const path = join(dir, 'shuffle', 'aaaa0001', '0a', `shuffle_9_${which}_0.data`);
    nodeFileSystem.makeDirectory(join(path, '..'));
    writeFileSync(path, 'x');
    return path;
  }
  if (kind === 'row') return loseRow(dir, which);
  const files = storedFiles(dir);
  const path = files[which % files.length];
  if (path === undefined) return undefined;
  if (kind === 'file') {
    rmSync(path);
  } else {
    const bytes = readFileSync(path);
    if (bytes.length === 0) return undefined;
    const at = which % bytes.length;
    bytes[at] = (bytes[at] as number) ^ (1 << (which % 8));
    writeFileSync(path, bytes);
  }
  return path;
}

function loseRow(dir: string, which: number): string | undefined {
  using database = MetadataDatabase.open(join(dir, 'cairn.sqlite'));
  const table = ROWS[which % ROWS.length]?.[0] as string;
  const keys = database.all<{ key: string }>(
    table === 'checkpoints'
      ? `SELECT checkpoint AS key FROM checkpoints`
      : table === 'checkpoint_parts'
        ? `SELECT checkpoint || '-' || partition AS key FROM checkpoint_parts`
        : table === 'retained_shuffles'
          ? `SELECT run || '-' || shuffle AS key FROM retained_shuffles`
          : `SELECT run || '-' || shuffle || '-' || map_index AS key FROM retained_outputs`,
  );
  const key = keys[which % Math.max(keys.length, 1)]?.key;
  if (key === undefined) return undefined;
  const expression = {
    checkpoints: 'checkpoint',
    checkpoint_parts: `checkpoint || '-' || partition`,
    retained_shuffles: `run || '-' || shuffle`,
    retained_outputs: `run || '-' || shuffle || '-' || map_index`,
  }[table as 'checkpoints'];
  database.run(`DELETE FROM ${table} WHERE ${expression} = ?`, key);
  return join(dir, table.startsWith('checkpoint') ? 'checkpoints' : 'shuffle');
}

function snapshot(dir: string): string[] {
  return storedFiles(dir).map((path) => `${path} ${readFileSync(path).toString('base64')}`);
}

describe('metadata and files that come apart', () => {
  it('are named by verifying, and agree after sweeping', async () => {
    using template = new SpecDirectory();
    await fill(template.join('data'));
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(lossArbitrary, { minLength: 1, maxLength: 4 }), async (losses) => {
        const dir = template.join(`round-${round++}`);
        nodeFileSystem.makeDirectory(dir);
        copy(template.join('data'), dir);
        expect(verifyDirectory(dir).problems).toEqual([]);
        const [first, ...rest] = losses;
        const named = first && lose(dir, first);
        const { problems } = verifyDirectory(dir);
        if (named !== undefined) {
          expect(problems.length).toBeGreaterThan(0);
          expect(problems.some(({ path }) => path.startsWith(named) || named.startsWith(path))).toBe(true);
        }
        for (const loss of rest) lose(dir, loss);

        const before = snapshot(dir);
        const dry = sweepDirectory(dir, { dryRun: true, everyByte: true });
        expect(snapshot(dir)).toEqual(before);
        const swept = sweepDirectory(dir, { everyByte: true });
        expect({ ...swept, failures: [] }).toEqual({ ...dry, failures: [] });
        expect(swept.failures).toEqual([]);
        for (const { path } of swept.removed) expect(existsSync(path)).toBe(false);
        expect(verifyDirectory(dir).problems).toEqual([]);
        expect(sweepDirectory(dir, { everyByte: true }).removed).toEqual([]);

        const session = await Session.open({ dir, master: 'local', progress: 'off' });
        session.setCheckpointDir(join(dir, 'checkpoints'));
        for (const { name, state, directory } of checkpointsOf(dir)) {
          if (state !== 'complete') continue;
          const records = await session.openCheckpoint<string>(directory).collect();
          expect(records).toHaveLength(20);
          expect(new Set(records.map((record) => record[0])).size, String(name)).toBe(1);
        }
        await session.range(3).checkpoint({ name: 'c', eager: true });
        await session.close();
        expect(verifyDirectory(dir).problems).toEqual([]);
        rmSync(dir, { recursive: true });
      }),
      { seed: 1710, numRuns: 40 },
    );
  });
});

function checkpointsOf(dir: string) {
  using database = MetadataDatabase.open(join(dir, 'cairn.sqlite'), { readOnly: true });
  return database
    .all<{ name: string; state: string; path: string }>('SELECT name, state, path FROM checkpoints')
    .map((row) => ({ ...row, directory: join(dir, row.path) }));
}

function copy(from: string, to: string): void {
  for (const name of readdirSync(from, { recursive: true }).map(String)) {
    if (statSync(join(from, name)).isDirectory()) nodeFileSystem.makeDirectory(join(to, name));
  }
  for (const name of readdirSync(from, { recursive: true }).map(String)) {
    if (statSync(join(from, name)).isFile()) writeFileSync(join(to, name), readFileSync(join(from, name)));
  }
}
