import { describe, expect, it } from 'vitest';
import { occurrences, SHIPPED, type SourceFile, sourceFile, sourceFiles } from '../support/source-files.ts';

/** A package or builtin, and the places that may import it. */
const PACKAGES: readonly (readonly [what: RegExp, homes: readonly string[]])[] = [
  [/^(node:)?fs(\/promises)?$|^fs-extra(\/|$)/, ['storage/fs/']],
  [/^better-sqlite3(\/|$)/, ['storage/metadata/', 'storage/database/sqlite-file.ts']],
  [/^parquetjs-lite(\/|$)/, ['formats/parquet/parquetjs-adapter.ts']],
  [/^(apache-arrow|flatbuffers)(\/|$)/, ['formats/arrow/arrow-classes.ts', 'formats/arrow/arrow-encoder.ts']],
  [/^pg(\/|$)/, ['storage/database/postgres.ts']],
  [/^mysql2(\/|$)/, ['storage/database/mysql.ts']],
  [/^(node:)?vm$/, ['lib/closure/', 'lib/base/collect-garbage.ts']],
];

/** What code may do only at home. Patterns see code without comments and strings. */
const ACTIONS: readonly (readonly [what: string, pattern: RegExp, homes: readonly string[]])[] = [
  ['evaluate source', /\bnew\s+Function\b|(?<![\w.])Function\s*\(/g, ['lib/base/compile-source.ts']],
  ['call eval', /(?<![\w.])eval\s*\(/g, []],
  ['ask for chance', /\bMath\s*\.\s*random\b/g, ['lib/base/random.ts']],
  [
    'read the clock',
    /\bDate\s*\.\s*now\b|\bnew\s+Date\s*\(\s*\)|\bperformance\s*\.\s*now\b|\bhrtime\b/g,
    ['lib/base/clock.ts'],
  ],
  ['write to the console', /(?<![\w.])console\s*\./g, ['cli/']],
  ['write to stdout', /\bprocess\s*\.\s*stdout\b/g, ['cli/', 'lib/exec/flush-output.ts']],
  [
    'write to stderr',
    /\bprocess\s*\.\s*stderr\b/g,
    ['cli/', 'lib/base/logger.ts', 'lib/base/terminal.ts', 'lib/exec/flush-output.ts'],
  ],
  ['throw a bare error', /\bthrow\s+new\s+(?:Type|Range|Syntax|Reference|Aggregate|URI|Eval)?Error\b/g, []],
  ['export a default', /\bexport\s+default\b|\bexport\s*\{[^}]*\bas\s+default\b/g, []],
];

const isHome = (path: string, home: string) => (home.endsWith('/') ? path.startsWith(home) : path === home);

function strayImports(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) =>
    file.imports.flatMap(({ specifier, line }) => {
      const rule = PACKAGES.find(([what]) => what.test(specifier));
      return rule === undefined || rule[1].some((home) => isHome(file.path, home))
        ? []
        : [`${file.path}:${line} imports ${specifier}`];
    }),
  );
}

function strayActions(files: readonly SourceFile[]): readonly string[] {
  return ACTIONS.flatMap(([what, pattern, homes]) => {
    const away = files.filter((file) => !homes.some((home) => isHome(file.path, home)));
    return occurrences(away, pattern).map((place) => `${place} may not ${what}`);
  });
}

describe('homes', () => {
  const files = sourceFiles(SHIPPED);

  it('find something to check: what is at home is seen there', () => {
    expect(files.length).toBeGreaterThan(10);
    for (const [what, pattern, homes] of ACTIONS) {
      const home = homes.find((each) => each.startsWith('lib/'));
      if (home === undefined) continue;
      const atHome = occurrences(
        files.filter((file) => file.path === home),
        pattern,
      );
      expect(atHome, `${home} is where to ${what}`).not.toEqual([]);
    }
  });

  it('are the only files that import what belongs there', () => {
    expect(strayImports(files)).toEqual([]);
  });

  it('are the only files that do what belongs there', () => {
    expect(strayActions(files)).toEqual([]);
  });

  it.each([
    'fs',
    'node:fs',
    'node:fs/promises',
    'fs-extra',
    'better-sqlite3',
    'parquetjs-lite',
    'apache-arrow/fb/message',
    'pg',
    'mysql2',
    'node:vm',
  ])('would notice an import of %s', (specifier) => {
    expect(strayImports([sourceFile('lib/exec/task.ts', `import x from '${specifier}';`)])).toHaveLength(1);
  });

  it.each([
    'new Function("a", "b")',
    'Function("a")',
    'eval("a")',
    'Math.random()',
    'Date.now()',
    'new Date()',
    'performance.now()',
    'process.hrtime.bigint()',
    'console.log(1)',
    'process.stdout.write("x")',
    'process.stderr.write("x")',
    'throw new Error("x")',
    'throw new RangeError("x")',
    'export default 1',
    'export { x as default }',
    `const a = \`\${Date.now()}\``,
  ])('would notice %s', (code) => {
    expect(strayActions([sourceFile('lib/exec/task.ts', code)])).toHaveLength(1);
  });

  it.each(['// console.log', '"Date.now()"', 'new Date(5)', 'this.eval(1)', 'type F = Function;', 'my.console.log()'])(
    'allows %s',
    (code) => {
      expect(strayActions([sourceFile('lib/exec/task.ts', code)])).toEqual([]);
    },
  );
});

describe('all code', () => {
  const files = sourceFiles([...SHIPPED, 'bench', 'examples', 'scripts', 'spec']);

  it('has no default exports', () => {
    expect(occurrences(files, /\bexport\s+default\b/g)).toEqual([]);
  });

  it('runs every spec: nothing is marked only', () => {
    const specs = files.filter((file) => file.path.startsWith('spec/'));
    const only = /\b(?:it|test|describe|bench)(?:\s*\.\s*\w+)*\s*\.\s*only\b|(?<![\w.])f(?:it|describe)\s*\(/g;
    expect(specs.length).toBeGreaterThan(10);
    expect(occurrences(specs, only)).toEqual([]);
    expect(occurrences([sourceFile('a.spec.ts', 'describe.concurrent.only("x", () => {})')], only)).toHaveLength(1);
  });
});
