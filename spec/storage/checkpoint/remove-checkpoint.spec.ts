import { expect, test } from 'vitest';
import { removeCheckpoint } from '../../../storage/checkpoint/remove-checkpoint.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { RecordingFileSystem } from '../../support/recording-file-system.ts';
import { writeFile } from '../../support/write-file.ts';
import { DIRECTORY, writeCheckpoint } from './example-checkpoint.ts';

test('the manifest goes first, and is gone for good before a part goes', () => {
  const fs = new RecordingFileSystem(new MemoryFileSystem(), { base: DIRECTORY });
  writeCheckpoint(fs);
  fs.reset();
  const { removedFiles, removedBytes, foreign } = removeCheckpoint(fs, DIRECTORY);
  expect(fs.lines.slice(0, 4)).toEqual(['list .', 'removeFile _manifest', 'syncDirectory .', 'removeFile part-00000']);
  expect([removedFiles, foreign]).toEqual([4, []]);
  expect(removedBytes).toBeGreaterThan(500);
  expect(fs.stat(DIRECTORY)).toBeUndefined();
});

test('what is not the engine’s stays, and the directory with it', () => {
  const fs = new MemoryFileSystem();
  writeCheckpoint(fs);
  writeFile(fs, `${DIRECTORY}/notes.txt`, 'mine');
  fs.makeDirectory(`${DIRECTORY}/part-00009`);
  writeFile(fs, `${DIRECTORY}/part-00009/mine`, 'mine');
  writeFile(fs, `${DIRECTORY}/.part-00000-attempt-3`, 'ours');
  expect(removeCheckpoint(fs, DIRECTORY).foreign).toEqual(['notes.txt', 'part-00009']);
  expect(fs.tree(DIRECTORY)).toEqual([
    ...[`${DIRECTORY}/notes.txt`, `${DIRECTORY}/part-00009/`, `${DIRECTORY}/part-00009/mine`],
  ]);
});

test('a link goes, and what it leads to stays', () => {
  const fs = new MemoryFileSystem();
  writeCheckpoint(fs);
  writeFile(fs, '/precious', 'x');
  fs.removeFile(`${DIRECTORY}/part-00000`);
  fs.symbolicLink('/precious', `${DIRECTORY}/part-00000`);
  removeCheckpoint(fs, DIRECTORY);
  expect(fs.tree('/').filter((path) => !path.endsWith('/'))).toEqual(['/precious']);
});

test('nothing there is no error, and what is no directory is not removed', () => {
  const fs = new MemoryFileSystem();
  expect(removeCheckpoint(fs, DIRECTORY)).toEqual({ removedFiles: 0, removedBytes: 0, foreign: [] });
  writeCheckpoint(fs);
  fs.symbolicLink(DIRECTORY, '/link');
  writeFile(fs, '/file', 'x');
  expect(() => removeCheckpoint(fs, '/link')).toThrow(/CHECKPOINT_NOT_FOUND: \/link is no checkpoint: it is a symlink/);
  expect(() => removeCheckpoint(fs, '/file')).toThrow(/CHECKPOINT_NOT_FOUND/);
  expect(fs.tree(DIRECTORY)).toHaveLength(4);
});
