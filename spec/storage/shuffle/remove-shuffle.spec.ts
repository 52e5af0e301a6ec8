import { expect, test } from 'vitest';
import { shuffleId, taskId } from '../../../lib/base/ids.ts';
import { MapOutputWriter } from '../../../storage/shuffle/map-output-writer.ts';
import { removeMapOutput, removeShuffle } from '../../../storage/shuffle/remove-shuffle.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { RecordingFileSystem } from '../../support/recording-file-system.ts';
import { frameOf } from '../../support/stored-batches.ts';

const directory = '/shuffle';

function writeOutput(fileSystem: MemoryFileSystem, shuffle: number, task: number) {
  using writer = MapOutputWriter.open({
    fileSystem,
    directory,
    shuffleId: shuffleId(shuffle),
    mapIndex: task,
    taskId: taskId(task),
    partitionCount: 2,
  });
  writer.appendFrames(0, frameOf([1]), 1);
  return writer.commit();
}

const files = (fileSystem: MemoryFileSystem) =>
  fileSystem
    .tree()
    .filter((path) => !path.endsWith('/'))
    .map((path) => path.slice(path.lastIndexOf('/') + 1))
    .sort();

test('removing a shuffle removes its outputs, abandoned and temporary files, and nothing else', () => {
  const fileSystem = new MemoryFileSystem();
  for (const task of [0, 1]) writeOutput(fileSystem, 1, task);
  writeOutput(fileSystem, 11, 2);
  const abandoned = MapOutputWriter.open({
    fileSystem,
    directory,
    shuffleId: shuffleId(1),
    mapIndex: 9,
    taskId: taskId(9),
    partitionCount: 2,
  });
  abandoned.appendFrames(0, frameOf([1]), 1);
  abandoned.flush();
  fileSystem.makeDirectory('/shuffle/00');
  fileSystem.open('/shuffle/00/shuffle_1_notes.txt', 'create').close();
  expect(removeShuffle(fileSystem, directory, shuffleId(1))).toBe(5);
  expect(files(fileSystem)).toEqual(['shuffle_11_2_0.data', 'shuffle_11_2_0.index', 'shuffle_1_notes.txt']);
  expect(removeShuffle(fileSystem, directory, shuffleId(1))).toBe(0);
  expect(removeShuffle(fileSystem, '/nowhere', shuffleId(1))).toBe(0);
  abandoned.abort();
});

test('removing one output removes its index before its data', () => {
  const memory = new MemoryFileSystem();
  const output = writeOutput(memory, 1, 0);
  writeOutput(memory, 1, 1);
  const fileSystem = new RecordingFileSystem(memory);
  removeMapOutput(fileSystem, directory, output);
  expect(fileSystem.lines.map((line) => line.slice(line.lastIndexOf('/') + 1))).toEqual([
    'shuffle_1_0_0.index',
    'shuffle_1_0_0.data',
  ]);
  expect(files(memory)).toEqual(['shuffle_1_1_0.data', 'shuffle_1_1_0.index']);
});
