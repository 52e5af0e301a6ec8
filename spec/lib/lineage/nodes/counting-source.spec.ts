import { expect, it } from 'vitest';
import { CountingSource } from '../../../../lib/lineage/nodes/counting-source.ts';
import { ByteArraySource } from '../../../support/byte-source.ts';

it('counts what was read, not what was asked for', () => {
  const counted: number[] = [];
  const file = new ByteArraySource(Uint8Array.of(1, 2, 3, 4, 5));
  const source = new CountingSource(file, { countInput: (bytes) => void counted.push(bytes) });
  const target = new Uint8Array(4);
  expect([source.read(target, 0), source.read(target, 3)]).toEqual([4, 2]);
  expect([...target]).toEqual([4, 5, 3, 4]);
  expect(counted).toEqual([4, 2]);
  expect([source.path, source.sizeBytes()]).toEqual([file.path, 5]);
});
