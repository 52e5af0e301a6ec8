import { expect, test } from 'vitest';
import { runId, shuffleId, taskId } from '../../../lib/base/ids.ts';
import { mapOutputDataPath, mapOutputIndexPath, writerOf } from '../../../storage/shuffle/map-output-place.ts';

const own = { shuffleId: shuffleId(0), mapIndex: 4, taskId: taskId(3) };
const other = {
  ...own,
  shuffleId: shuffleId(8),
  from: { run: runId('beef0001'), shuffleId: shuffleId(0), taskId: taskId(3) },
};

test('an output of this run lies in its directory', () => {
  expect(mapOutputDataPath('/data/shuffle/cafe0002', own)).toBe('/data/shuffle/cafe0002/29/shuffle_0_3_0.data');
  expect(mapOutputIndexPath('/data/shuffle/cafe0002', own)).toBe('/data/shuffle/cafe0002/0d/shuffle_0_3_0.index');
  expect(writerOf(own)).toEqual(own);
});

test('an output of another run lies where that run wrote it, under its names', () => {
  expect(mapOutputDataPath('/data/shuffle/cafe0002', other)).toBe('/data/shuffle/beef0001/29/shuffle_0_3_0.data');
  expect(mapOutputIndexPath('/data/shuffle/cafe0002', other)).toBe('/data/shuffle/beef0001/0d/shuffle_0_3_0.index');
  expect(writerOf(other)).toEqual(own);
});

test('no run leads out of the directory of all runs', () => {
  for (const run of ['..', '../..', '/etc', 'a/../../b', '']) {
    const astray = { ...other, from: { ...other.from, run: runId(run) } };
    expect(() => mapOutputDataPath('/data/shuffle/cafe0002', astray), run).toThrow('PATH_OUTSIDE_DIRECTORY');
  }
});
