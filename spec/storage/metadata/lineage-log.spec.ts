import { expect, test } from 'vitest';
import { nodeId, runId } from '../../../lib/base/ids.ts';
import { MetadataDatabase } from '../../../storage/metadata/database.ts';
import { JobLog } from '../../../storage/metadata/job-log.ts';
import { LineageLog } from '../../../storage/metadata/lineage-log.ts';
import { RunReader } from '../../../storage/metadata/run-reader.ts';
import {
  exampleEdge,
  exampleNode,
  exampleRun,
  ScratchDirectory,
  WORD_COUNT_EDGES,
  WORD_COUNT_NODES,
} from './example-run.ts';

const RUN = runId('aaaa0001');

test('lineage is recorded once, however often it is given', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  JobLog.beginRun(database, exampleRun());
  const log = new LineageLog(database, RUN);
  expect(log.isRecorded(nodeId(2))).toBe(false);
  log.recordLineage(WORD_COUNT_NODES, WORD_COUNT_EDGES);
  expect(log.isRecorded(nodeId(2))).toBe(true);
  const before = new RunReader(database).lineageOf(RUN);
  expect(before.nodes).toEqual(WORD_COUNT_NODES.map((node) => ({ ...node, run: RUN })));
  expect(before.edges).toEqual(WORD_COUNT_EDGES.map((edge) => ({ ...edge, run: RUN })));
  log.recordLineage(
    WORD_COUNT_NODES.map((node) => ({ ...node, name: 'later' })),
    WORD_COUNT_EDGES,
  );
  expect(new RunReader(database).lineageOf(RUN)).toEqual(before);
});

test('an edge to a node that is not there is refused, with the whole call', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  JobLog.beginRun(database, exampleRun());
  const log = new LineageLog(database, RUN);
  expect(() => log.recordLineage([exampleNode(5)], [exampleEdge(5, 4)])).toThrow(/FOREIGN KEY/);
  expect(log.isRecorded(nodeId(5))).toBe(false);
  expect(new RunReader(database).lineageOf(RUN).nodes).toEqual([]);
});

test('ten thousand nodes are one transaction, and nothing to record is none', () => {
  using scratch = new ScratchDirectory();
  const trace: string[] = [];
  using database = MetadataDatabase.open(scratch.database, { trace: (sql) => trace.push(sql) });
  JobLog.beginRun(database, exampleRun());
  const log = new LineageLog(database, RUN);
  trace.length = 0;
  log.recordLineage([], []);
  expect(trace).toEqual([]);
  const nodes = Array.from({ length: 10_000 }, (_, i) => exampleNode(i));
  const edges = nodes.slice(1).map((_, i) => exampleEdge(i + 1, i));
  log.recordLineage(nodes, edges);
  expect(trace.filter((sql) => sql === 'COMMIT')).toHaveLength(1);
  const chain = new RunReader(database).lineageOf(RUN, { node: nodeId(9_999) });
  expect(chain.nodes).toHaveLength(10_000);
  expect(chain.edges).toHaveLength(9_999);
});

test('a name and a storage level given later replace the first ones', () => {
  using scratch = new ScratchDirectory();
  using database = MetadataDatabase.open(scratch.database);
  JobLog.beginRun(database, exampleRun());
  const log = new LineageLog(database, RUN);
  log.recordLineage(WORD_COUNT_NODES, WORD_COUNT_EDGES);
  log.recordChange(nodeId(1), { name: 'words', storageLevel: 'Disk Serialized 1x Replicated' });
  log.recordChange(nodeId(2), { storageLevel: null });
  const { nodes } = new RunReader(database).lineageOf(RUN);
  expect(nodes[1]).toMatchObject({ name: 'words', storageLevel: 'Disk Serialized 1x Replicated' });
  expect(nodes[2]).toMatchObject({ name: null, storageLevel: null });
});
