/**
 * The process whose memory `bench/cases/parquet.ts` measures: `scan-memory.ts <who> <file> <column,…>` sums columns of a file and
 * prints the most kilobytes that it ever had.
 */
import { existsSync, readFileSync } from 'node:fs';
import { sumsOfLineitem } from '../support/lineitem.ts';
import { openDuck } from '../support/peers.ts';
import { benchSession } from '../support/session.ts';
import { sumAll } from '../support/sum-records.ts';
import { initPieces, sumColumns } from './parquet-pieces.ts';

const STATUS = '/proc/self/status';

const [who, path = '', list = ''] = process.argv.slice(2);
const columns = list.split(',');
// A process that has read a file twice is at what it needs: buffers are made the first time, and used again.
for (let round = 0; round < 2; round++) {
  if (who === 'duckdb') await (await openDuck())?.rows(`select ${sumsOfLineitem(columns)} from '${path}'`);
  else if (who === 'records') {
    await using session = await benchSession();
    await sumAll(session, path);
  } else {
    await initPieces();
    sumColumns(path, columns);
  }
}
// Of this program: the kernel's `maxRSS` also counts what the parent had when it started this process.
const [, own] = existsSync(STATUS) ? (/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(STATUS, 'utf8')) ?? []) : [];
process.stdout.write(own ?? String(process.resourceUsage().maxRSS));
