/**
 * Runs the code of a page of documentation.
 *
 * Runnable are the `ts` blocks after a line `<!-- run -->`. All of a page make one program, in order; where no block
 * opens a session, `session` is there. A statement `expression; // value` must give that value, written as JavaScript;
 * `expression; // raises CODE` must raise a CairnError of that code. What a block logs must be the `text` block that
 * follows it, if there is one.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import { expect } from 'vitest';
import { CairnError } from '../../lib/index.ts';
import { PROJECT_ROOT } from '../support/source-files.ts';
import { SPEC_MASTER } from '../support/spec-master.ts';

interface Block {
  readonly line: number;
  readonly code: string;
  /** What it prints; undefined when the page does not say. */
  readonly output: string | undefined;
}

/** What the program of a page calls. */
export interface PageChecks {
  is(where: string, actual: unknown, expected: unknown): void;
  raises(where: string, code: string, work: () => unknown): Promise<void>;
  log(...values: unknown[]): void;
  begin(block: number): void;
}

declare global {
  var cairnPageChecks: PageChecks | undefined;
}

/** The runnable blocks of a page. */
export function runnableBlocks(markdown: string): readonly Block[] {
  const pattern = /^<!-- run -->\n+```ts\n([\s\S]*?)^```$(?:\n+```text\n([\s\S]*?)^```$)?/gm;
  return [...markdown.matchAll(pattern)].map((match) => ({
    line: markdown.slice(0, match.index).split('\n').length + 2,
    code: match[1] ?? '',
    output: match[2],
  }));
}

/**
 * Runs the blocks of a page in `directory`, which becomes the working directory meanwhile. Gives how many checks there
 * were. `page` names it in failures.
 */
export async function runPage(page: string, markdown: string, directory: string): Promise<number> {
  const blocks = runnableBlocks(markdown);
  const printed = blocks.map((): string[] => []);
  let checks = 0;
  let current = 0;
  globalThis.cairnPageChecks = {
    is: (where, actual, expected) => {
      checks++;
      expect(actual, where).toEqual(expected);
    },
    raises: async (where, code, work) => {
      checks++;
      let error: unknown;
      try {
        await work();
      } catch (raised) {
        error = raised;
      }
      expect(error instanceof CairnError ? error.code : error, where).toBe(code);
    },
    log: (...values) => printed[current]?.push(format(...values)),
    begin: (block) => {
      current = block;
    },
  };
  mkdirSync(directory, { recursive: true });
  const program = join(directory, 'page.ts');
  const source = programOf(page, blocks);
  writeFileSync(program, source);
  const before = process.cwd();
  process.chdir(directory);
  try {
    await import(program);
  } finally {
    process.chdir(before);
    globalThis.cairnPageChecks = undefined;
  }
  for (const [i, block] of blocks.entries()) {
    if (block.output === undefined) continue;
    checks++;
    const text = withBlockLines(printed[i]?.join('\n') ?? '', source, i);
    expect(`${text}\n`, `what ${page}:${block.line} prints`).toBe(block.output);
  }
  return checks;
}

/** Call sites in lineages name a line of the program; the page means the block's own, in a file `job.ts`. */
function withBlockLines(text: string, source: string, block: number): string {
  const before = source.slice(0, source.indexOf(`checks.begin(${block});`)).split('\n').length;
  return text.replaceAll(/\bpage\.ts:(\d+)/g, (_, line: string) => `job.ts:${Number(line) - before}`);
}

const PRELUDE = `await using session = await Session.open({ master: '${SPEC_MASTER}', parallelism: 2 });`;

function programOf(page: string, blocks: readonly Block[]): string {
  const bodies = blocks.map((block, i) => `checks.begin(${i});\n${checkedCode(page, block)}`);
  const source = bodies.join('\n');
  const imports: string[] = [];
  const rest = source.replaceAll(/^import .*$/gm, (line) => {
    imports.push(line.replace("'cairn-engine'", `'${join(PROJECT_ROOT, 'lib/index.ts')}'`));
    return '';
  });
  const opens = /\bsession = await Session\.open\(/.test(source);
  if (!imports.some((line) => line.includes('Session'))) {
    imports.push(`import { Session } from '${join(PROJECT_ROOT, 'lib/index.ts')}';`);
  }
  const start = ['const checks = globalThis.cairnPageChecks;', 'const console = { log: checks.log };'];
  return [...imports, ...start, opens ? '' : PRELUDE, rest].join('\n');
}

/** A block with its comments made into checks. */
function checkedCode(page: string, { code, line: firstLine }: Block): string {
  const out: string[] = [];
  /** Where the statement that is being read begins. */
  let start = 0;
  for (const [i, line] of code.split('\n').entries()) {
    const ending = /^(.*;) \/\/ (.+)$/.exec(line);
    if (ending !== null) {
      const statement = [...out.splice(start), ending[1]].join('\n').replace(/;$/, '');
      const where = JSON.stringify(`${page}:${firstLine + i}`);
      const raises = /^raises ([A-Z_]+)$/.exec(ending[2] as string);
      if (/^\s*(?:const|let|using|await using|import|type|\}|for)\b/.test(statement)) out.push(`${statement};`);
      else if (raises !== null) {
        out.push(`await checks.raises(${where}, '${raises[1]}', async () => (${statement}));`);
      } else out.push(`checks.is(${where}, (${statement}), (${ending[2]}));`);
      start = out.length;
      continue;
    }
    out.push(line);
    if (/[;{}]$/.test(line) && !/^\s/.test(line)) start = out.length;
    else if (line === '' || line.startsWith('//')) start = out.length;
  }
  return out.join('\n');
}
