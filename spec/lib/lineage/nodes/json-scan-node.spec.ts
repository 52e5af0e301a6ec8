import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DEFAULT_JSON_SETTINGS, type JsonSettings } from '../../../../formats/jsonl/json-settings.ts';
import { JsonScanNode } from '../../../../lib/lineage/nodes/json-scan-node.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';
import { origin, partitionsOfNode, ScanTask } from '../../../support/scan-task.ts';
import { writeFile } from '../../../support/write-file.ts';

function scan(fs: MemoryFileSystem, choices: Partial<JsonSettings> = {}, minPartitions = 2): JsonScanNode {
  const settings = { ...DEFAULT_JSON_SETTINGS, ...choices };
  return new JsonScanNode(origin('json'), fs, { path: '/in', minPartitions, settings });
}

describe('JsonScanNode', () => {
  it('gives the rows of files in their order, with the fields of all', () => {
    const fs = new MemoryFileSystem();
    writeFile(fs, '/in/a.json', '{"a":1}\n{"b":"x"}\n');
    writeFile(fs, '/in/b.json.gz', gzipSync('{"a":2.5}'));
    const node = scan(fs);
    expect(node.rowFields).toEqual([
      ['a', 'double'],
      ['b', 'string'],
    ]);
    expect(partitionsOfNode(node, new ScanTask(fs)).flat()).toEqual([
      { a: 1, b: null },
      { a: null, b: 'x' },
      { a: 2.5, b: null },
    ]);
    expect(fs.openHandles).toBe(0);
  });

  it('cuts a large file of lines, and no array', () => {
    const fs = new MemoryFileSystem();
    const rows = Array.from({ length: 100_000 }, (_, id) => ({ id, name: `name of ${id}`, nested: { items: [id] } }));
    writeFile(fs, '/in/a.json', rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const found = partitionsOfNode(scan(fs, {}, 3), new ScanTask(fs, 1000));
    expect(found.length).toBeGreaterThan(1);
    expect(found.flat()).toEqual(rows);
    const other = new MemoryFileSystem();
    writeFile(other, '/in/a.json', JSON.stringify(rows));
    const node = scan(other, { multiLine: true }, 3);
    expect(node.partitions).toHaveLength(1);
    expect(partitionsOfNode(node, new ScanTask(other, 1000)).flat()).toEqual(rows);
  });

  it('gives batches of at most batchRows, also where one line has many rows', () => {
    const fs = new MemoryFileSystem();
    writeFile(fs, '/in/a.json', `${JSON.stringify(Array.from({ length: 10 }, (_, a) => ({ a })))}\n{"a":10}\n`);
    const node = scan(fs);
    const sizes: number[] = [];
    for (const batch of node.compute(node.partitions[0] as never, new ScanTask(fs, 4))) {
      if (batch.kind === 'rows') sizes.push(batch.to - batch.from);
    }
    expect(sizes).toEqual([4, 4, 2, 1]);
  });

  it('reads the fields that are wanted, whatever else later records have', () => {
    const fs = new MemoryFileSystem();
    writeFile(fs, '/in/a.json', '{"a":1,"b":"x","c":{"d":1}}\n{"c":{"d":2},"e":true}\n');
    const node = scan(fs, { columns: ['c', 'a'], sampleRows: 1 });
    expect(node.rowFields.map(([name]) => name)).toEqual(['c', 'a']);
    expect(partitionsOfNode(node, new ScanTask(fs)).flat()).toEqual([
      { c: { d: 1 }, a: 1 },
      { c: { d: 2 }, a: null },
    ]);
    expect(() => scan(fs, { columns: ['aa', 'b'] }).rowFields).toThrow(/COLUMN_NOT_FOUND: \/in .*'aa'.*mean 'a'/s);
    const given = { schema: [['a', 'string']], columns: ['total'] } as const;
    expect(() => scan(fs, given).partitions).toThrow(/COLUMN_NOT_FOUND: .*its columns are a/s);
  });

  it('still refuses what the sample has not shown of a struct that is wanted', () => {
    const fs = new MemoryFileSystem();
    writeFile(fs, '/in/a.json', '{"c":{"d":1}}\n{"c":{"d":2,"e":true}}\n');
    const node = scan(fs, { columns: ['c'], sampleRows: 1 });
    expect(() => partitionsOfNode(node, new ScanTask(fs))).toThrow(/TEXT_RECORD_MALFORMED.*'c\.e'/);
  });

  it('counts objects without fields, and refuses files that hold no objects at all', () => {
    const fs = new MemoryFileSystem();
    writeFile(fs, '/in/a.json', '{}\n{}\n');
    expect(partitionsOfNode(scan(fs), new ScanTask(fs)).flat()).toEqual([{}, {}]);
    for (const text of ["{'a':1}\n", '{"a":1,}\n', '1\n', '{"a":NaN}\n{"b":NaN}\n']) {
      const other = new MemoryFileSystem();
      writeFile(other, '/in/a.json', text);
      expect(() => partitionsOfNode(scan(other), new ScanTask(other)), text).toThrow(/TEXT_RECORD_MALFORMED/);
      expect(partitionsOfNode(scan(other, { mode: 'DROPMALFORMED' }), new ScanTask(other)).flat()).toEqual([]);
    }
  });
});
