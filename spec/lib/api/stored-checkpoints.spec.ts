import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findClassNamed, registerRecordClass, unregisterRecordClass } from '../../../formats/record/record-class.ts';
import { findCheckpoint } from '../../../lib/api/find-checkpoint.ts';
import { openCatalog } from '../../../lib/api/run-catalog.ts';
import { Session } from '../../../lib/api/session.ts';
import {
  exportCheckpoint,
  inspectCheckpoint,
  removeCheckpoint,
  verifyCheckpoint,
} from '../../../lib/api/stored-checkpoints.ts';
import { ScratchDirectory } from '../../storage/metadata/example-run.ts';

class Money {
  readonly cents: number;
  constructor(cents: number) {
    this.cents = cents;
  }
}

it('looks at a checkpoint beside its session, and removes it only after it', async () => {
  using scratch = new ScratchDirectory();
  const dir = join(scratch.path, 'data');
  const session = await Session.open({ master: 'local', memory: '64 MiB', dir });
  session.setCheckpointDir(join(scratch.path, 'elsewhere'));
  await session.range(0, 10, 1, 2).checkpoint({ name: 'numbers', eager: true });

  using catalog = openCatalog(dir);
  expect(catalog.checkpoints()).toMatchObject([{ checkpoint: 1, name: 'numbers', state: 'complete', rowCount: 10 }]);
  const { directory, entry } = findCheckpoint(dir, 'numbers');
  expect(findCheckpoint(dir, '1')).toEqual({ directory, entry });
  expect(findCheckpoint(dir, directory)).toEqual({ directory, entry });
  expect(inspectCheckpoint(directory)).toMatchObject({ directory, manifest: { rows: 10, partitionCount: 2 } });
  expect(verifyCheckpoint(directory)).toEqual([]);
  const to = join(scratch.path, 'numbers.jsonl');
  expect(exportCheckpoint(directory, to)).toBe(10);
  expect(readFileSync(to, 'utf8')).toBe('0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n');
  for (const reference of ['numbers', directory]) {
    expect(() => removeCheckpoint(dir, reference)).toThrow(/^DIRECTORY_ALREADY_OPEN/);
  }
  await session.close();

  expect(removeCheckpoint(dir, directory)).toMatchObject({ directory, removedFiles: 3, foreign: [] });
  expect(existsSync(directory)).toBe(false);
  using after = openCatalog(dir);
  expect(after.checkpoints()).toEqual([]);
  for (const reference of ['numbers', '']) {
    expect(() => removeCheckpoint(dir, reference)).toThrow(/^CHECKPOINT_UNKNOWN/);
  }
});

it('exports instances of classes that this program does not have', async () => {
  using scratch = new ScratchDirectory();
  const session = await Session.open({ master: 'local', memory: '64 MiB', dir: scratch.path });
  session.setCheckpointDir(join(scratch.path, 'checkpoints'));
  registerRecordClass({
    name: 'Money',
    version: 3,
    constructor: Money,
    toRecord: ({ cents }) => ({ cents: BigInt(cents) }),
    fromRecord: () => new Money(0),
  });
  const records = [new Money(5), { price: new Money(7) }];
  await session.parallelize(records, 1).checkpoint({ name: 'prices', eager: true });
  unregisterRecordClass('Money');
  await session.close();
  const { directory } = findCheckpoint(scratch.path, 'prices');
  const to = join(scratch.path, 'prices.jsonl');
  exportCheckpoint(directory, to);
  const money = (cents: number) => `{"$class":{"name":"Money","version":3,"data":{"cents":{"$bigint":"${cents}"}}}}`;
  expect(readFileSync(to, 'utf8')).toBe(`${money(5)}\n{"price":${money(7)}}\n`);
  expect(findClassNamed('Money')).toBeUndefined();
  expect(() => exportCheckpoint(directory, to)).toThrow(/^FILE_EXISTS/);
});
