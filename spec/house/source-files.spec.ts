import { describe, expect, it } from 'vitest';
import { occurrences, SHIPPED, sourceFile, sourceFiles } from '../support/source-files.ts';

describe('the scanner of the house rules', () => {
  it('finds every way to import, and no import in comments and strings', () => {
    const { imports } = sourceFile(
      'lib/exec/task.ts',
      [
        "import type { A } from '../base/a.ts';",
        "import { b, type C } from './b.ts';",
        'import "node:fs";',
        "export { d } from '../../storage/d.ts';",
        'import {',
        '  e,',
        "} from 'e';",
        "const f = await import('./f.ts');",
        "let g: import('./g.ts').G;",
        "require('h');",
        "// import { x } from 'x';",
        "/* import 'x' */",
        "const text = \"import { x } from 'x'\"; const pattern = /from 'x'/;",
        `const t = \`import 'x' \${\`\${1}\`} from 'x' \${{ a: '}' }.a}\`;`,
        "import { last } from 'last';",
      ].join('\n'),
    );
    expect(imports).toEqual([
      { specifier: '../base/a.ts', line: 1, target: 'lib/base/a.ts', typeOnly: true },
      { specifier: './b.ts', line: 2, target: 'lib/exec/b.ts', typeOnly: false },
      { specifier: 'node:fs', line: 3, target: undefined, typeOnly: false },
      { specifier: '../../storage/d.ts', line: 4, target: 'storage/d.ts', typeOnly: false },
      { specifier: 'e', line: 7, target: undefined, typeOnly: false },
      { specifier: './f.ts', line: 8, target: 'lib/exec/f.ts', typeOnly: false },
      { specifier: './g.ts', line: 9, target: 'lib/exec/g.ts', typeOnly: false },
      { specifier: 'h', line: 10, target: undefined, typeOnly: false },
      { specifier: 'last', line: 15, target: undefined, typeOnly: false },
    ]);
  });

  it('keeps code in templates and the place of everything', () => {
    const text = `const a = \`console.log \${console.log(/[/\`]/, "\`")} x\`; // console.log\nb = 4 / 2; console.log(c / d);`;
    const file = sourceFile('a.ts', text);
    expect(file.code).toHaveLength(text.length);
    expect(occurrences([file], /console\.log\(/g)).toEqual(['a.ts:1', 'a.ts:2']);
  });

  it('reads the sources of the project', () => {
    const paths = sourceFiles(SHIPPED).map((file) => file.path);
    expect(paths).toContain('lib/base/errors.ts');
    expect(paths).toContain('storage/fs/file-system.ts');
    expect(paths).toContain('formats/schema/batch.ts');
    expect(sourceFiles(['no-such-folder'])).toEqual([]);
  });
});
