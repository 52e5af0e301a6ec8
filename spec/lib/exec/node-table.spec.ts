import { describe, expect, it } from 'vitest';
import { DEFAULT_CSV_SETTINGS } from '../../../formats/csv/csv-settings.ts';
import { DEFAULT_JSON_SETTINGS } from '../../../formats/jsonl/json-settings.ts';
import { col } from '../../../formats/scan/predicate-builder.ts';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { nodeId, shuffleId } from '../../../lib/base/ids.ts';
import { capture } from '../../../lib/closure/capture.ts';
import { revive } from '../../../lib/closure/revive.ts';
import { nodeEntry, SHIPPABLE_KINDS } from '../../../lib/exec/node-table.ts';
import { PartPacker, PartUnpacker } from '../../../lib/exec/stage-parts.ts';
import { identity } from '../../../lib/lineage/dependency.ts';
import type { LineageNode, NodeOrigin } from '../../../lib/lineage/lineage-node.ts';
import { ArrowScanNode } from '../../../lib/lineage/nodes/arrow-scan-node.ts';
import { BinaryRecordsNode } from '../../../lib/lineage/nodes/binary-records-node.ts';
import { CartesianNode } from '../../../lib/lineage/nodes/cartesian-node.ts';
import { CoGroupNode } from '../../../lib/lineage/nodes/co-group-node.ts';
import { CoalesceNode } from '../../../lib/lineage/nodes/coalesce-node.ts';
import { CollectionNode } from '../../../lib/lineage/nodes/collection-node.ts';
import { CsvScanNode } from '../../../lib/lineage/nodes/csv-scan-node.ts';
import { DatabaseScanNode } from '../../../lib/lineage/nodes/database-scan-node.ts';
import { EmptyNode } from '../../../lib/lineage/nodes/empty-node.ts';
import { JsonScanNode } from '../../../lib/lineage/nodes/json-scan-node.ts';
import { LocalCheckpointNode } from '../../../lib/lineage/nodes/local-checkpoint-node.ts';
import { LocalCombineNode } from '../../../lib/lineage/nodes/local-combine-node.ts';
import { MapAsyncNode } from '../../../lib/lineage/nodes/map-async-node.ts';
import { MapPartitionsNode } from '../../../lib/lineage/nodes/map-partitions-node.ts';
import { ObjectFileNode } from '../../../lib/lineage/nodes/object-file-node.ts';
import { ParquetScanNode } from '../../../lib/lineage/nodes/parquet-scan-node.ts';
import { PipeNode } from '../../../lib/lineage/nodes/pipe-node.ts';
import { RangeNode } from '../../../lib/lineage/nodes/range-node.ts';
import { ReliableCheckpointNode } from '../../../lib/lineage/nodes/reliable-checkpoint-node.ts';
import { ShuffledNode } from '../../../lib/lineage/nodes/shuffled-node.ts';
import { StepNode } from '../../../lib/lineage/nodes/step-node.ts';
import { SubtractNode } from '../../../lib/lineage/nodes/subtract-node.ts';
import { TextScanNode } from '../../../lib/lineage/nodes/text-scan-node.ts';
import { TruncatedNode } from '../../../lib/lineage/nodes/truncated-node.ts';
import { PartitionerAwareUnionNode, UnionNode } from '../../../lib/lineage/nodes/union-node.ts';
import { BinaryFileScanNode, WholeTextScanNode } from '../../../lib/lineage/nodes/whole-file-scan-node.ts';
import { ZipPartitionsNode } from '../../../lib/lineage/nodes/zip-partitions-node.ts';
import { HashPartitioner } from '../../../lib/lineage/partitioner.ts';
import type { CheckpointPart } from '../../../storage/checkpoint/checkpoint-part.ts';
import { sampleBytes } from '../../support/arrow-samples.ts';
import { scanOptions, tableColumn } from '../../support/databases.ts';
import { indexedParquet } from '../../support/indexed-parquet.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { origin } from '../../support/scan-task.ts';
import { sourceFiles } from '../../support/source-files.ts';
import { writeFile } from '../../support/write-file.ts';

const fileSystem = new MemoryFileSystem();
writeFile(fileSystem, '/in/a.txt', 'one\ntwo\n');
fileSystem.makeDirectory('/parquet/k=1');
const column = { name: 'x', type: 'INT32', values: [1, 2] } as const;
writeFile(fileSystem, '/parquet/k=1/a', indexedParquet([column], { rowGroupRows: 9, pageRows: [9] }));

fileSystem.makeDirectory('/arrow/k=1');
writeFile(fileSystem, '/arrow/k=1/a', sampleBytes('stream'));

const hash = new HashPartitioner(2);
const range = new RangeNode(origin(), 0, 10, 3, 2);
const pairs = new StepNode(origin(), range, { kind: 'key-by', f: (x) => x });
const shuffled = new ShuffledNode(origin(), pairs, hash, { shuffleId: shuffleId(0) });
const nextId = () => shuffleId(1);
const aggregator = { createCombiner: identity, mergeValue: identity, mergeCombiners: identity };

const place = { directory: '/checkpoints/rdd-1', owner: 'x', partitionCount: 2 };
const part = (partition: number): CheckpointPart => {
  return { partition, bytes: 9, rows: 1, checksum: 3, codec: 'none', classes: [] };
};

/** One node of each kind, with what is not the default. */
const SAMPLES: readonly LineageNode[] = [
  new ArrowScanNode(origin(), fileSystem, {
    path: '/arrow',
    columns: ['k', 'n'],
    where: col('n').gt(1).predicate,
    int64: 'bigint',
    timestamp: 'truncate',
    decimal: 'number',
    minPartitions: 2,
  }),
  new BinaryFileScanNode(origin(), fileSystem, { path: '/in/*', minPartitions: 2, maxFileBytes: 9 }, 3),
  new BinaryRecordsNode(origin(), fileSystem, ['/in/a.txt'], 4),
  new CartesianNode(origin(), range, pairs),
  new CoGroupNode(origin(), [shuffled, pairs], hash, nextId),
  new CoalesceNode(origin(), range, 1),
  new CollectionNode(origin(), [1, 2, 3], 2),
  new CsvScanNode(origin(), fileSystem, {
    path: '/in',
    minPartitions: 2,
    settings: { ...DEFAULT_CSV_SETTINGS, header: false, delimiter: ';' },
  }),
  new DatabaseScanNode(
    origin(),
    fileSystem,
    scanOptions('a.db', {
      columns: ['a'],
      where: col('a').gt(1).predicate,
      splits: [{ kind: 'predicate', sql: 'a > 1' }, { kind: 'all' }],
      settings: { dialect: 'postgres', connection: { host: 'h', ssl: { rejectUnauthorized: true } } },
    }),
    [tableColumn('a', { kind: 'string' })],
  ),
  new EmptyNode(origin(), []),
  new JsonScanNode(origin(), fileSystem, {
    path: '/in',
    minPartitions: 2,
    settings: { ...DEFAULT_JSON_SETTINGS, mode: 'PERMISSIVE', sampleRows: 5 },
  }),
  new LocalCheckpointNode(origin(), nodeId(7), 2, hash),
  new LocalCombineNode(origin(), shuffled, aggregator),
  new MapAsyncNode(origin(), range, (x) => x, 3),
  new MapPartitionsNode(origin(), shuffled, (rows) => rows, { keepsPartitioning: true }),
  new ObjectFileNode(origin(), fileSystem, '/in'),
  new ParquetScanNode(origin(), fileSystem, {
    path: '/parquet',
    columns: ['k', ['x']],
    where: col('x').gt(1).predicate,
    int64: 'auto',
    timestamp: 'truncate',
    decimal: 'number',
    minPartitions: 2,
  }),
  new PartitionerAwareUnionNode(origin(), [shuffled, shuffled], hash),
  new PipeNode(origin(), range, ['grep', '-v', 'x'], { env: { A: 'b' }, cwd: '/in', separateWorkingDir: true }),
  range,
  new ReliableCheckpointNode(origin(), place, [part(0), part(1)], hash),
  shuffled,
  new StepNode(origin(), shuffled, { kind: 'pass' }, { keepsPartitioning: true, className: 'PassRDD' }),
  new SubtractNode(origin(), shuffled, pairs, hash, nextId),
  new TextScanNode(origin(), fileSystem, { path: '/in', minPartitions: 2, maxLineBytes: 100 }),
  new TruncatedNode(origin(), range, 'MapPartitionsRDD', hash),
  new UnionNode(origin(), [range, pairs]),
  new WholeTextScanNode(origin(), fileSystem, { path: '/in', minPartitions: 1 }),
  new ZipPartitionsNode(origin(), [range, range], (a) => a, 'ZippedRDD'),
];

async function travel(node: LineageNode): Promise<LineageNode> {
  const { pack, make, sendsPartitions } = nodeEntry(node.kind);
  const packer = new PartPacker();
  const shuffles = node.dependencies.filter((dependency) => dependency.kind === 'shuffle');
  const packed = shuffles.map((shuffle) => packer.shuffle(shuffle));
  const names = node.dependencies.map(({ parent }) => packer.shuffleParent(parent));
  const shipped = structuredClone({ fields: pack(node, packer), packed, names, parts: packer.parts });
  const unpacker = new PartUnpacker(shipped.parts, await revive(structuredClone(await capture(packer.roots))));
  const parents = node.dependencies.map(({ parent, kind }, i) =>
    kind === 'narrow' ? parent : unpacker.shuffleParent(shipped.names[i] as (typeof names)[number]),
  );
  const { id, callSite } = node;
  const made: NodeOrigin = { id, callSite, ...(sendsPartitions === true ? { partitions: node.partitions } : {}) };
  return make(shipped.fields, {
    origin: made,
    parents,
    shuffles: shipped.packed.map((each, i) => unpacker.shuffle(each, parents[i] as LineageNode)),
    unpacker,
    fileSystem: new MemoryFileSystem(),
    recordsOfSlice: () => [rowBatch([7])],
  });
}

/** Public fields, but for what is a function or leads to other nodes. */
function plainFields(node: LineageNode): object {
  const text = JSON.stringify(node, (key, value: unknown) =>
    ['parent', 'parents', 'left', 'right', 'dependencies', 'shuffle', 'records', 'callSite'].includes(key)
      ? undefined
      : typeof value === 'function'
        ? 'function'
        : value,
  );
  return JSON.parse(text) as object;
}

describe('the table of nodes', () => {
  it('has an entry for every kind there is, and no other', () => {
    const kinds = sourceFiles(['lib/lineage/nodes']).flatMap(({ text }) =>
      [...text.matchAll(/\n {2}readonly kind = '([\w-]+)'/g)].map(([, kind]) => kind as string),
    );
    expect(kinds.length).toBeGreaterThan(15);
    expect([...SHIPPABLE_KINDS].sort()).toEqual([...new Set(kinds)].sort());
    expect([...SHIPPABLE_KINDS].sort()).toEqual(SAMPLES.map(({ kind }) => kind).sort());
  });

  it.each(SAMPLES.map((node) => [node.kind, node] as const))('takes all of a %s node', async (_, node) => {
    const there = await travel(node);
    expect(plainFields(there)).toEqual(plainFields(node));
    expect(there.className).toBe(node.className);
    expect(there.mayPend).toBe(node.mayPend);
    expect(there.partitioner?.describe()).toBe(node.partitioner?.describe());
    expect(there.dependencies.map(({ kind }) => kind)).toEqual(node.dependencies.map(({ kind }) => kind));
    expect(there.partitions).toEqual(node.partitions);
  });

  it('knows no other kinds, whatever they are called', () => {
    for (const kind of ['spec', '__proto__', 'constructor', '']) {
      expect(() => nodeEntry(kind)).toThrow(/INTERNAL.*can be shipped/s);
    }
  });

  it('sends texts to processes, whatever a caller wrote', async () => {
    const options = { env: { A: 1, B: undefined, C: () => 2 }, cwd: '/x' } as unknown as { cwd: string };
    const { options: there } = (await travel(new PipeNode(origin(), range, 'cat', options))) as PipeNode;
    expect(there).toEqual({ env: { A: '1', C: '() => 2' }, cwd: '/x' });
  });
});
