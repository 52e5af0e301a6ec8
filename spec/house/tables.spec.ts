import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERROR_TABLE } from '../../lib/base/error-table.ts';
import { FAILPOINTS } from '../../lib/base/failpoint.ts';
import { DOCUMENTS } from '../../scripts/documents.ts';
import { PROJECT_ROOT, SHIPPED, sourceFiles } from '../support/source-files.ts';

const files = sourceFiles(SHIPPED);

/** Where codes are listed, and not raised. */
const TABLES = ['error-table', 'format-errors', 'job-errors', 'storage-errors', 'text-format-errors'].map(
  (name) => `lib/base/${name}.ts`,
);

describe('the table of errors', () => {
  it('has no code that nothing raises', () => {
    const text = files.map((file) => (TABLES.includes(file.path) ? '' : file.text)).join('\n');
    const codes = Object.keys(ERROR_TABLE);
    expect(codes.length).toBeGreaterThan(10);
    expect(codes.filter((code) => !text.includes(`'${code}'`))).toEqual([]);
  });

  it('writes messages and hints as clauses, with placeholders that are names', () => {
    for (const [code, { message, hint }] of Object.entries(ERROR_TABLE)) {
      expect(code).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/);
      for (const text of [message, hint]) {
        expect(text, code).not.toMatch(/\.$|\n/);
        expect(text.replaceAll(/\{[a-z][A-Za-z]*\}/g, ''), code).not.toMatch(/\{\w*\}/);
      }
    }
  });
});

describe('the table of failpoints', () => {
  it('has no name that no source reaches', () => {
    const text = files.map((file) => file.text).join('\n');
    expect(FAILPOINTS.filter((name) => !text.includes(`failpoint('${name}')`))).toEqual([]);
  });
});

describe('the documents made from tables', () => {
  it.each(DOCUMENTS.map(({ path, render }) => [path, render] as const))(
    '%s is up to date (node --import tsx scripts/generate-docs.ts)',
    (path, render) => {
      expect(readFileSync(join(PROJECT_ROOT, path), 'utf8')).toBe(render());
    },
  );
});
