import { describe, expect, it } from 'vitest';
import { SHIPPED, type SourceFile, sourceFile, sourceFiles } from '../support/source-files.ts';

/** Sources without a spec of their own, each with the reason. Files of types alone need not be listed. */
const EXEMPT: Readonly<Record<string, string>> = {
  'lib/base/database-errors.ts': 'a part of the table',
  'lib/base/error-table.ts': 'a table; its form is held by tables.spec.ts, its use by errors.spec.ts',
  'lib/base/format-errors.ts': 'a part of the table',
  'lib/base/group-errors.ts': 'a part of the table',
  'lib/base/job-errors.ts': 'a part of the table',
  'lib/base/storage-errors.ts': 'a part of the table',
  'lib/base/text-format-errors.ts': 'a part of the table',
  'lib/index.ts': 'exports only; its names are held by public-names.spec.ts',
};

/** Whether a file has nothing that runs: only types, interfaces and imports of them. */
function isTypesOnly(file: SourceFile): boolean {
  const statements = /^(?:export\s+)?(?:declare\s+)?(\w+)\b(.*)$/gm;
  for (const [, word, rest] of file.code.matchAll(statements)) {
    if (word === 'interface' || word === 'type') continue;
    if ((word === 'import' || word === 'export') && /^\s+type\b/.test(rest ?? '')) continue;
    if (word === 'const' && /^\s+\w+: unique symbol;$/.test(rest ?? '')) continue;
    return false;
  }
  return true;
}

function withoutSpec(files: readonly SourceFile[], specs: ReadonlySet<string>): readonly string[] {
  return files
    .filter((file) => !isTypesOnly(file))
    .map((file) => file.path)
    .filter((path) => {
      const stem = `spec/${path.replace(/\.ts$/, '')}`;
      return !specs.has(`${stem}.spec.ts`) && !specs.has(`${stem}.prop.spec.ts`);
    });
}

describe('the mirror', () => {
  const files = sourceFiles(SHIPPED);
  const specs = new Set(sourceFiles(['spec']).map((file) => file.path));

  it('has a spec for every source', () => {
    expect(files.length).toBeGreaterThan(10);
    expect(withoutSpec(files, specs).filter((path) => !Object.hasOwn(EXEMPT, path))).toEqual([]);
  });

  it('exempts no file that has a spec', () => {
    expect(Object.keys(EXEMPT).filter((path) => specs.has(`spec/${path.replace(/\.ts$/, '.spec.ts')}`))).toEqual([]);
  });

  it('would notice a source without one, and tells types from code', () => {
    const planted = [
      sourceFile('lib/exec/a.ts', 'export type A = {\n  readonly b: 1;\n};\nexport interface B extends\n  A {}\n'),
      sourceFile('lib/exec/b.ts', "import type { A } from './a.ts';\nexport type { A } from './a.ts';\n"),
      sourceFile('lib/exec/c.ts', 'export function c(): void {}\n'),
      sourceFile('lib/exec/d.ts', 'export const d = 1;\n'),
      sourceFile('lib/exec/e.ts', "import './c.ts';\n"),
      sourceFile('lib/exec/f.ts', 'export const f = 1;\n'),
      sourceFile('lib/exec/g.ts', 'export const g = 1;\n'),
    ];
    const some = new Set(['spec/lib/exec/f.spec.ts', 'spec/lib/exec/g.prop.spec.ts']);
    expect(withoutSpec(planted, some)).toEqual(['lib/exec/c.ts', 'lib/exec/d.ts', 'lib/exec/e.ts']);
  });
});

describe('the size of files', () => {
  it('stays within 400 lines, so that one idea is in one file', () => {
    const files = sourceFiles(SHIPPED).filter((file) => !file.path.startsWith('lib/api/'));
    const long = files.filter((file) => file.text.split('\n').length > 401).map((file) => file.path);
    expect(files.length).toBeGreaterThan(10);
    expect(long).toEqual([]);
  });
});
