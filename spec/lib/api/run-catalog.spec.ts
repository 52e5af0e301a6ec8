import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCatalog } from '../../../lib/api/run-catalog.ts';
import { Session } from '../../../lib/api/session.ts';
import { nodeId, runId, shuffleId } from '../../../lib/base/ids.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { type ReuseDecision, ReuseLog } from '../../../storage/metadata/reuse-log.ts';
import { beginWordCount, ScratchDirectory } from '../../storage/metadata/example-run.ts';
import { SPEC_MASTER } from '../../support/spec-master.ts';
import { Lineage } from '../scheduler/support/lineages.ts';
import { RecorderScript } from './support/recorder-script.ts';

const OPTIONS = { master: SPEC_MASTER, memory: '64 MiB' } as const;

describe('the catalog of a data directory', () => {
  it('reads a run while it is under way, and after it', async () => {
    using scratch = new ScratchDirectory();
    const session = await Session.open({ ...OPTIONS, dir: scratch.path });
    await session
      .parallelize(['a', 'b', 'a'], 2)
      .map((word) => [word, 1] as [string, number])
      .reduceByKey((a, b) => a + b, 2)
      .persist()
      .count();
    using live = openCatalog(scratch.path);
    expect(live.directory).toBe(scratch.path);
    expect(live.run()).toMatchObject({ run: session.run, state: 'running' });
    expect(live.jobs()).toMatchObject([{ state: 'succeeded', stageCount: 2 }]);
    expect(live.stages().map(({ kind, parents }) => [kind, parents])).toEqual([
      ['shuffle-map', []],
      ['result', [0]],
    ]);
    expect(live.stages(session.run, 0)).toEqual(live.stages());
    expect(live.tasks('last', 1)).toHaveLength(2);
    expect(live.lineage(session.run, { job: 0 }).nodes).toHaveLength(3);
    expect(live.lineage(session.run, { node: 1 }).nodes).toHaveLength(2);
    expect(live.shuffles()).toMatchObject([{ state: 'complete' }]);
    expect(live.mapOutputs('last', 0)).toHaveLength(2);
    expect(live.blocks()).toMatchObject([{ state: 'present' }, { state: 'present' }]);
    expect(live.blocks('last', 0)).toEqual([]);
    await session.close();
    expect(live.runs()).toMatchObject([{ run: session.run, state: 'succeeded' }]);
    expect(live.shuffles()).toMatchObject([{ state: 'removed' }]);
    expect(live.blocks()).toMatchObject([{ state: 'dropped' }, { state: 'dropped' }]);
  });

  it('tells a killed run from one that runs, before any session has marked it', async () => {
    using scratch = new ScratchDirectory();
    const killed = new RecorderScript({ directory: scratch.path });
    killed.startJob(0, new Lineage().collection(1), [0]);
    killed.database.close();
    {
      using catalog = openCatalog(scratch.path);
      expect(catalog.runs()).toMatchObject([{ run: 'aaaa0001', state: 'killed', endedAtMs: null }]);
      expect(catalog.jobs()).toMatchObject([{ state: 'killed' }]);
    }
    // A lock that cannot be read proves nothing.
    writeFileSync(join(scratch.path, 'lock'), 'damaged');
    {
      using catalog = openCatalog(scratch.path);
      expect(catalog.run('aaaa')).toMatchObject({ state: 'running' });
    }
    rmSync(join(scratch.path, 'lock'));
    await using session = await Session.open({ ...OPTIONS, dir: scratch.path });
    using catalog = openCatalog(scratch.path);
    expect(catalog.runs()).toMatchObject([
      { run: session.run, state: 'running' },
      { run: 'aaaa0001', state: 'killed' },
    ]);
  });

  it('writes nothing, and says so when there is nothing to read', () => {
    const directory = mkdtempSync(join(tmpdir(), 'cairn-catalog-'));
    try {
      expect(() => openCatalog(directory)).toThrow(/^CATALOG_NOT_FOUND: .* is no data directory/);
      expect(() => openCatalog(join(directory, 'none'))).toThrow(/^CATALOG_NOT_FOUND/);
      expect(readdirSync(directory)).toEqual([]);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('gives what a run found of earlier ones', () => {
    using directory = new ScratchDirectory();
    {
      using database = MetadataDatabase.open(join(directory.path, 'cairn.sqlite'));
      for (const run of ['bbbb0002', 'aaaa0001']) beginWordCount(database, run);
      const refused: ReuseDecision = {
        kind: 'shuffle',
        node: nodeId(2),
        shuffle: shuffleId(0),
        callSite: 'reduceByKey at job.ts:3',
        decision: 'refused',
        fromRun: runId('eeee0001'),
        partsReused: 0,
        partCount: 2,
        bytes: 0,
        savedMs: null,
        reasons: ["captured 'rate' changed at job.ts:14"],
      };
      new ReuseLog(database, runId('aaaa0001')).record([refused]);
    }
    using catalog = openCatalog(directory.path);
    expect(catalog.reuse()).toEqual(catalog.reuse('aaaa'));
    expect(catalog.reuse('aaaa')).toMatchObject([
      { run: 'aaaa0001', seq: 0, decision: 'refused', reasons: ["captured 'rate' changed at job.ts:14"] },
    ]);
    expect(catalog.reuse('bbbb')).toEqual([]);
    expect(() => catalog.reuse('cccc')).toThrow('RUN_NOT_FOUND');
  });

  it('names runs by the beginning of their ids', () => {
    using scratch = new ScratchDirectory();
    {
      using _script = new RecorderScript({ directory: scratch.path });
    }
    const catalog = openCatalog(scratch.path);
    expect(catalog.run('aa').run).toBe('aaaa0001');
    expect(() => catalog.jobs('b')).toThrow(/^RUN_NOT_FOUND/);
    catalog.close();
    catalog.close();
  });
});
