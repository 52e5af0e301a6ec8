import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectGolden } from '../support/golden.ts';
import { PROJECT_ROOT, type SourceFile, sourceFile, sourceFiles } from '../support/source-files.ts';

/** What a file of re-exports exports: `Session`, `type SessionOptions`. Sorted, values first. */
function exportedNames(file: SourceFile): readonly string[] {
  const names: string[] = [];
  for (const [, allTypes, list] of file.code.matchAll(/\bexport\s+(type\s+)?\{([^}]*)\}/g)) {
    for (const item of (list as string).split(',')) {
      const words = item.trim().split(/\s+/);
      const name = words.at(-1) as string;
      if (name !== '') names.push(allTypes !== undefined || words[0] === 'type' ? `type ${name}` : name);
    }
  }
  for (const [, word, name] of file.code.matchAll(/\bexport\s+(const|function|class|type|interface)\s+(\w+)/g)) {
    names.push(word === 'type' || word === 'interface' ? `type ${name}` : (name as string));
  }
  const isType = (name: string) => name.startsWith('type ');
  return names.sort((a, b) => Number(isType(a)) - Number(isType(b)) || (a < b ? -1 : 1));
}

describe('the public names', () => {
  it('are those of their golden', async () => {
    const index = sourceFiles(['lib']).find((file) => file.path === 'lib/index.ts') as SourceFile;
    expect(index.code).not.toMatch(/\bexport\s*\*/);
    const names = exportedNames(index);
    const entry: string = join(PROJECT_ROOT, 'lib/index.ts');
    const atRunTime = Object.keys((await import(entry)) as object).sort();
    expect(names.filter((name) => !name.startsWith('type '))).toEqual(atRunTime);
    expectGolden('house/public-names.txt', names.join('\n'));
  });

  it('are read from every form of export', () => {
    const text =
      "export { a, type B, c as d } from './x.ts';\nexport type {\n  E,\n} from './y.ts';\nexport const f = 1;";
    expect(exportedNames(sourceFile('lib/index.ts', text))).toEqual(['a', 'd', 'f', 'type B', 'type E']);
  });
});
