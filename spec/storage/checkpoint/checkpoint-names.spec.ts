import { expect, test } from 'vitest';
import {
  checkpointPartName,
  checkpointPath,
  kindOfName,
  temporaryPartName,
} from '../../../storage/checkpoint/checkpoint-names.ts';

test('part numbers have five digits at least and are never cut', () => {
  expect([0, 7, 99_999, 100_000, 4_294_967_294].map(checkpointPartName)).toEqual([
    ...['part-00000', 'part-00007', 'part-99999', 'part-100000', 'part-4294967294'],
  ]);
  for (const odd of [-1, 1.5, Number.NaN, 2 ** 32]) expect(() => checkpointPartName(odd)).toThrow(/INTERNAL/);
});

test('an attempt writes beside its part, hidden', () => {
  expect(temporaryPartName(3, 17)).toBe('.part-00003-attempt-17');
  expect(kindOfName(temporaryPartName(123_456, 'x'))).toBe('temporary');
});

test('a dataset has a directory of its own below an id that is a plain name', () => {
  expect(checkpointPath('/c', 'id-1', 12)).toBe('/c/id-1/rdd-12');
  for (const id of ['..', '.', '', 'a/b', '/etc', 'a\0', 'a\\b', '\ud800']) {
    expect(() => checkpointPath('/c', id, 0), JSON.stringify(id)).toThrow(/PATH_OUTSIDE_DIRECTORY/);
  }
});

test('a file is what its name says, and an odd part is still a part', () => {
  const kinds = Object.fromEntries(
    [
      ...['_manifest', 'part-00000', 'part-0', 'part-00000.crc', 'part-', '.part-00000-attempt-4'],
      ...['._manifest.12-0-3.tmp', '.part-0-attempt-4', '_SUCCESS', 'README', '_manifest.bak', '.DS_Store'],
    ].map((name) => [name, kindOfName(name)]),
  );
  expect(kinds).toEqual({
    _manifest: 'manifest',
    'part-00000': 'part',
    'part-0': 'part',
    'part-00000.crc': 'part',
    'part-': 'part',
    '.part-00000-attempt-4': 'temporary',
    '._manifest.12-0-3.tmp': 'temporary',
    '.part-0-attempt-4': 'foreign',
    _SUCCESS: 'foreign',
    README: 'foreign',
    '_manifest.bak': 'foreign',
    '.DS_Store': 'foreign',
  });
});
