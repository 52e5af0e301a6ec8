/** Writes the reference pages: `node --import tsx scripts/generate-docs.ts`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOCUMENTS } from './documents.ts';

for (const { path, render } of DOCUMENTS) {
  writeFileSync(join(import.meta.dirname, '..', path), render());
}
