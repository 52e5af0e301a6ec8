import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Session } from '../../../lib/api/session.ts';
import { sweepDirectory } from '../../../lib/api/sweep-directory.ts';
import { verifyDirectory } from '../../../lib/api/verify-directory.ts';
import { runId, shuffleId, taskId } from '../../../lib/base/ids.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { ShuffleCatalog } from '../../../storage/metadata/shuffle-catalog.ts';
import { mapOutputIndexPath } from '../../../storage/shuffle/map-output-place.ts';
import { SpecDirectory } from '../../support/engine-of-spec.ts';
import { RetainedOutputs } from '../../support/retained-outputs.ts';

async function withCheckpoint(dir: string): Promise<string> {
  await using session = await Session.open({ dir, master: 'local', progress: 'off' });
  session.setCheckpointDir(join(dir, 'checkpoints'));
  const data = await session.range(0, 20, 1, 3).checkpoint({ name: 'numbers', eager: true });
  return data.getCheckpointFile() as string;
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] as number) ^ 1;
  writeFileSync(path, bytes);
}

describe('verifying a data directory', () => {
  it('finds nothing in one that is well', async () => {
    using directory = new SpecDirectory();
    await withCheckpoint(directory.path);
    expect(verifyDirectory(directory.path)).toEqual({
      ...{ directory: directory.path, livePid: undefined, checkpoints: { complete: 1, lost: 0 } },
      ...{ mapOutputs: 0, problems: [] },
    });
  });

  it('names each damaged part of a checkpoint, with the place, and with its lengths only what they show', async () => {
    using directory = new SpecDirectory();
    const path = await withCheckpoint(directory.path);
    for (const part of [0, 2]) flip(join(path, `part-0000${part}`), 40);
    const { problems } = verifyDirectory(directory.path);
    expect(problems.map(({ kind, path: file }) => [kind, file])).toEqual([
      ['checkpoint', join(path, 'part-00000')],
      ['checkpoint', join(path, 'part-00002')],
    ]);
    expect(problems.every(({ offset, reason }) => typeof offset === 'number' && reason.includes('damaged'))).toBe(true);
    expect(verifyDirectory(directory.path, { everyByte: false }).problems).toEqual([]);
    rmSync(join(path, 'part-00001'));
    expect(verifyDirectory(directory.path, { everyByte: false }).problems).toMatchObject([{ kind: 'checkpoint' }]);
  });

  it('counts a checkpoint that is known as lost, and calls it no problem', async () => {
    using directory = new SpecDirectory();
    const path = await withCheckpoint(directory.path);
    rmSync(path, { recursive: true });
    expect(verifyDirectory(directory.path).problems).toMatchObject([{ kind: 'checkpoint', path }]);
    await (await Session.open({ dir: directory.path, master: 'local' })).close();
    expect(verifyDirectory(directory.path)).toMatchObject({ checkpoints: { complete: 0, lost: 1 }, problems: [] });
  });

  it('names a checkpoint that nobody is writing any more', async () => {
    using directory = new SpecDirectory();
    const path = await withCheckpoint(directory.path);
    {
      using database = MetadataDatabase.open(directory.join('cairn.sqlite'));
      for (const state of ['writing', 'removing']) {
        database.run('UPDATE checkpoints SET state = ?', state);
        const found = verifyDirectory(directory.path).problems.filter(({ kind }) => kind === 'checkpoint');
        expect(found).toMatchObject([{ path, reason: `its row says '${state}', and nobody is at it` }]);
      }
    }
    expect(sweepDirectory(directory.path).removed).toHaveLength(4);
    expect(verifyDirectory(directory.path).problems).toEqual([]);
  });

  it('looks at damaged metadata only', async () => {
    using directory = new SpecDirectory();
    await withCheckpoint(directory.path);
    const database = directory.join('cairn.sqlite');
    for (let at = 4096; at < 12_000; at += 7) flip(database, at);
    const { problems } = verifyDirectory(directory.path);
    expect(new Set(problems.map(({ kind, path }) => `${kind} ${path}`))).toEqual(new Set([`database ${database}`]));
    writeFileSync(database, 'no database');
    expect(verifyDirectory(directory.path).problems).toMatchObject([{ kind: 'database', offset: 0 }]);
  });

  it('tells a directory that never was from one that is well', () => {
    using directory = new SpecDirectory();
    expect(() => verifyDirectory(directory.join('none'))).toThrow('CATALOG_NOT_FOUND');
    expect(existsSync(directory.join('none'))).toBe(false);
  });

  it('runs beside a session, and passes over what is its own', async () => {
    using directory = new SpecDirectory();
    const dir = directory.path;
    await using session = await Session.open({ dir, master: 'local', progress: 'off' });
    session.setCheckpointDir(join(dir, 'checkpoints'));
    const shuffled = session.range(0, 100, 1, 2).map((n): [number, number] => [n % 3, n]).reduceByKey((a, b) => a + b); // biome-ignore format: one line
    await shuffled.persist('DISK_ONLY').collect();
    await session.range(5).checkpoint({ name: 'five', eager: true });
    expect(verifyDirectory(dir)).toMatchObject({ livePid: process.pid, checkpoints: { complete: 1 }, problems: [] });
    const stray = join(dir, 'shuffle', '0badcafe', '00', 'shuffle_0_0_0.data');
    nodeFileSystem.makeDirectory(join(stray, '..'));
    writeFileSync(stray, 'x');
    expect(verifyDirectory(dir).problems).toMatchObject([{ kind: 'file', path: stray }]);
    expect(existsSync(stray)).toBe(true);
    expect(await shuffled.count()).toBe(3);
  });

  it('does not report what a session changes meanwhile', async () => {
    using directory = new SpecDirectory();
    const dir = directory.path;
    const path = await withCheckpoint(dir);
    await using session = await Session.open({ dir, master: 'local', progress: 'off' });
    let opened = 0;
    const fileSystem = Object.create(nodeFileSystem, {
      // The session removes its checkpoint after the rows were read.
      stat: {
        value: (...args: Parameters<typeof nodeFileSystem.stat>) => {
          if (args[0].startsWith(path) && opened++ === 0) session.removeCheckpoint(path);
          return nodeFileSystem.stat(...args);
        },
      },
    }) as typeof nodeFileSystem;
    expect(verifyDirectory(dir, {}, { fileSystem }).problems).toEqual([]);
    expect(opened).toBeGreaterThan(0);
    expect(existsSync(path)).toBe(false);
  });

  it('looks at retained map outputs, and does not count their other file twice', () => {
    using directory = new SpecDirectory();
    using database = MetadataDatabase.open(directory.join('cairn.sqlite'));
    const outputs = new RetainedOutputs(nodeFileSystem, new ShuffleCatalog(database), directory.join('shuffle'));
    for (const task of [0, 1, 2]) outputs.write(runId('aaaa0001'), 0, task);
    expect(verifyDirectory(directory.path)).toMatchObject({ mapOutputs: 3, problems: [] });
    const names = { shuffleId: shuffleId(0), taskId: taskId(0) };
    const found = mapOutputIndexPath(directory.join('shuffle', 'aaaa0001'), names);
    rmSync(found);
    expect(verifyDirectory(directory.path).problems).toMatchObject([{ kind: 'map-output', path: found }]);
  });
});
