/**
 * Another process for `table.spec.ts`: `table-child.ts <file> <append or overwrite> <batches>` writes a table of SQLite, and dies
 * by SIGKILL when so many batches of 1,000 rows were written; after the commit where there are no more than 20.
 */
import { argv } from 'node:process';
import { parseField } from '../../../formats/schema/parse-type.ts';
import { openTarget, writeTable } from '../../../storage/database/write-table.ts';
import { nodeFileSystem } from '../../../storage/fs/node-file-system.ts';

const [, , path = '', mode = 'append', batches = '0'] = argv;
const BATCHES = 20;
const ROWS = 1000;

function* records(): Generator<readonly object[]> {
  for (let batch = 0; batch < BATCHES; batch++) {
    if (batch === Number(batches)) process.kill(process.pid, 'SIGKILL');
    // Large enough for pages to leave SQLite's cache for the file before the end.
    yield Array.from({ length: ROWS }, (_, i) => ({ id: batch * ROWS + i, name: 'n'.repeat(2000) }));
  }
}

const write = {
  settings: { dialect: 'sqlite', path },
  table: ['t'],
  mode: mode === 'overwrite' ? 'overwrite' : 'append',
  keepsTable: false,
  schema: { fields: [parseField('id', 'int64'), parseField('name', 'string')] },
  columnTypes: {},
  batchSize: 100,
} as const;
await writeTable(openTarget(nodeFileSystem, write, 'x'), write, records(), () => {});
process.kill(process.pid, 'SIGKILL');
