/**
 * A process that races others for directories: `lock-racer.ts <base> <index> <racers> <rounds>`.
 *
 * Each round has a directory of its own, prepared by the spec. Racers meet before a round and again when all have
 * tried, so that a winner holds its lock while the others try. Each writes one letter a round to `result-<index>`:
 * W (won), L (told that it is locked), E (anything else, with the error in `error-<index>`).
 */
import { appendFileSync, closeSync, fstatSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CairnError } from '../../lib/base/errors.ts';
import { DirectoryLock } from '../../storage/fs/directory-lock.ts';
import { nodeFileSystem } from '../../storage/fs/node-file-system.ts';

const [base = '', indexText, racersText, roundsText] = process.argv.slice(2);
const index = Number(indexText);
const racers = Number(racersText);
const rounds = Number(roundsText);

const arrivals = Array.from({ length: racers }, (_, i) => openSync(join(base, `arrived-${i}`), 'a'));
const nothing = new Int32Array(new SharedArrayBuffer(4));

/** Waits until every racer has come to the `count`-th meeting: each has then added so many bytes to its file. */
function meet(count: number): void {
  writeSync(arrivals[index] as number, '.');
  for (const file of arrivals) {
    while (fstatSync(file).size < count) Atomics.wait(nothing, 0, 0, 0.05);
  }
}

for (let round = 0; round < rounds; round++) {
  meet(2 * round + 1);
  let lock: DirectoryLock | undefined;
  let result = 'W';
  try {
    lock = DirectoryLock.acquire(nodeFileSystem, join(base, `round-${round}`));
  } catch (error) {
    result = CairnError.is(error, 'DIRECTORY_LOCKED') ? 'L' : 'E';
    if (result === 'E') appendFileSync(join(base, `error-${index}`), `${round}: ${error}\n`);
  }
  appendFileSync(join(base, `result-${index}`), result);
  meet(2 * round + 2);
  // In every third round the winner leaves its lock behind, as if it had died.
  if (round % 3 !== 0) lock?.release();
}
for (const file of arrivals) closeSync(file);
