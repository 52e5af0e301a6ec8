import { describe, expect, it } from 'vitest';
import { type CsvSettings, DEFAULT_CSV_SETTINGS } from '../../../formats/csv/csv-settings.ts';
import { DEFAULT_JSON_SETTINGS, type JsonSettings } from '../../../formats/jsonl/json-settings.ts';
import { col } from '../../../formats/scan/predicate-builder.ts';
import { SHIPPABLE_KINDS } from '../../../lib/exec/node-table.ts';
import { digestOfData } from '../../../lib/lineage/canonical-text.ts';
import { FINGERPRINTED_KINDS, partsOf, partsOfPartitioner } from '../../../lib/lineage/fingerprint-parts.ts';
import { LineageNode } from '../../../lib/lineage/lineage-node.ts';
import { CsvScanNode } from '../../../lib/lineage/nodes/csv-scan-node.ts';
import { DatabaseScanNode, type DatabaseScanOptions } from '../../../lib/lineage/nodes/database-scan-node.ts';
import { JsonScanNode } from '../../../lib/lineage/nodes/json-scan-node.ts';
import { PipeNode } from '../../../lib/lineage/nodes/pipe-node.ts';
import { RangeNode } from '../../../lib/lineage/nodes/range-node.ts';
import { StepNode } from '../../../lib/lineage/nodes/step-node.ts';
import type { Partition } from '../../../lib/lineage/partition.ts';
import { CustomPartitioner, HashPartitioner, RangePartitioner } from '../../../lib/lineage/partitioner.ts';
import { rangePreparation } from '../../../lib/lineage/range-sampling.ts';
import { strideParts } from '../../../storage/database/column-stride.ts';
import { scanOptions } from '../../support/databases.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { origin } from '../../support/scan-task.ts';

/** Made in workers only. */
const OF_WORKERS = ['truncated'];

const order = { compare: () => 0, ascending: true, natural: false };

const stride = { column: 'a', unit: 'integer', lowerBound: 0n, upperBound: 9n, numPartitions: 2 } as const;

class StrayNode extends LineageNode {
  readonly kind = 'toString';
  readonly className = 'StrayRDD';

  protected override computePartitions(): readonly Partition[] {
    return [];
  }
}

describe('the parts of a node', () => {
  it('are known for every kind there is', () => {
    expect([...FINGERPRINTED_KINDS, ...OF_WORKERS].sort()).toEqual([...SHIPPABLE_KINDS].sort());
  });

  it('hold no first numbers of partitions, which a job finds', () => {
    const source = new RangeNode(origin(), 0, 5, 1, 2);
    const before = new StepNode(origin(), source, { kind: 'index', starts: { value: undefined } });
    const after = new StepNode(origin(), source, { kind: 'index', starts: { value: [0, 2] } });
    expect(partsOf(after)).toEqual(partsOf(before));
  });

  it('hold no text of what a command is given', () => {
    const source = new RangeNode(origin(), 0, 5, 1, 2);
    const node = new PipeNode(origin(), source, 'login --password secret', { env: { KEY: 'secret' } });
    expect(JSON.stringify(partsOf(node))).not.toContain('secret');
  });

  it('of scans of rows are how the files are read, schemas included', () => {
    const fs = new MemoryFileSystem();
    const csv = (choices: Partial<CsvSettings> = {}) => {
      const settings = { ...DEFAULT_CSV_SETTINGS, ...choices };
      return partsOf(new CsvScanNode(origin(), fs, { path: '/in', minPartitions: 2, settings }));
    };
    const json = (choices: Partial<JsonSettings> = {}) => {
      const settings = { ...DEFAULT_JSON_SETTINGS, ...choices };
      return partsOf(new JsonScanNode(origin(), fs, { path: '/in', minPartitions: 2, settings }));
    };
    expect([csv().files, json().files]).toEqual(['read', 'read']);
    expect(digestOfData(csv().parameters)).toBe(digestOfData(csv().parameters));
    const all = [
      ...[csv(), csv({ delimiter: ';' }), csv({ nullValues: ['NA'] }), csv({ schema: [['a', 'int32']] })],
      ...[json(), json({ multiLine: true }), json({ schema: [['a', { list: 'int32' }]] }), json({ sampleRows: 1 })],
    ];
    expect(new Set(all.map(({ parameters }) => digestOfData(parameters))).size).toBe(8);
  });

  it('of a database hold what is read, no password, and that its rows have no identity', () => {
    const of = (choices: Partial<DatabaseScanOptions> = {}) => {
      const connection = { host: 'h', user: 'ann', password: 's3cret' };
      const options = scanOptions('', { settings: { dialect: 'postgres', connection }, ...choices });
      return partsOf(new DatabaseScanNode(origin(), new MemoryFileSystem(), options));
    };
    expect(of().unversioned).toBe('the rows of postgres://ann@h t have no identity; withVersion() gives them one');
    expect(JSON.stringify(of())).not.toContain('s3cret');
    const all = [
      ...[of(), of({ source: { query: 't' } }), of({ columns: ['a'] }), of({ where: col('a').eq(1).predicate })],
      ...[of({ splits: [{ kind: 'predicate', sql: 'a' }] }), of({ int64: 'bigint' }), of({ bigints: ['a'] })],
      of({ splits: strideParts(stride).map((part) => ({ kind: 'stride', column: 'a', unit: 'integer', part })) }),
    ];
    expect(new Set(all.map(({ parameters }) => digestOfData(parameters))).size).toBe(8);
  });

  it('are refused for a kind without an entry', () => {
    const stray = new StrayNode(origin(), []);
    expect(() => partsOf(stray)).toThrow(/'toString' node has a fingerprint/);
  });
});

describe('the parts of a partitioner', () => {
  it('are its kind, its count, and what a user gave', () => {
    const user = { numPartitions: 3, getPartition: () => 0 };
    expect(partsOfPartitioner(new HashPartitioner(2)).parameters).toEqual({ kind: 'hash', numPartitions: 2 });
    expect(partsOfPartitioner(new CustomPartitioner(user)).functions).toEqual([user]);
  });

  it('of ranges are those of the dataset that is sampled, before and after', () => {
    const source = new RangeNode(origin(), 0, 5, 1, 2);
    const partitioner = new RangePartitioner(3, order);
    expect(partsOfPartitioner(partitioner).isLost).toBe(true);
    rangePreparation(partitioner, source);
    const before = partsOfPartitioner(partitioner);
    expect(before.sampled).toBe(source);
    partitioner.setBounds([1, 2]);
    expect(partsOfPartitioner(partitioner)).toEqual(before);
  });

  it('of ranges are the bounds where nothing else is known, and nothing more where there is but one', () => {
    const given = new RangePartitioner(3, order);
    given.setBounds([1, 2]);
    expect(partsOfPartitioner(given)).toMatchObject({ bounds: [1, 2], functions: [order.compare] });
    expect(partsOfPartitioner(new RangePartitioner(1, order))).toEqual({
      parameters: { kind: 'range', numPartitions: 1, ascending: true, natural: false },
      functions: [order.compare],
    });
  });
});
