import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';

const FIXTURES = join(import.meta.dirname, '..', '..', 'fixtures');

/**
 * Compares `actual` with the file `fixtures/<name>`. `npm run golden` writes it instead; a changed golden is read
 * like code before it is committed.
 */
export function expectGolden(name: string, actual: string): void {
  const path = join(FIXTURES, name);
  const text = actual.endsWith('\n') ? actual : `${actual}\n`;
  if (process.env.CAIRN_GOLDEN === 'write') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return;
  }
  expect(text, `fixtures/${name}`).toBe(readFileSync(path, 'utf8'));
}
