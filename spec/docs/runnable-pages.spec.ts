import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../support/source-files.ts';
import { runnableBlocks, runPage } from './runnable-page.ts';

const read = (page: string) => readFileSync(join(PROJECT_ROOT, page), 'utf8');
const documents = readdirSync(join(PROJECT_ROOT, 'docs')).filter((name) => name.endsWith('.md'));
const PAGES = ['README.md', ...documents.map((name) => `docs/${name}`)].filter(
  (page) => runnableBlocks(read(page)).length > 0,
);

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cairn-page-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

describe('the documentation', () => {
  it('links to files that are there', () => {
    const dead: string[] = [];
    let links = 0;
    const decisions = readdirSync(join(PROJECT_ROOT, 'docs', 'decisions')).map((name) => `docs/decisions/${name}`);
    for (const page of ['README.md', 'CONTRIBUTING.md', ...documents.map((name) => `docs/${name}`), ...decisions]) {
      for (const [, target = ''] of read(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
        links++;
        if (!existsSync(join(PROJECT_ROOT, dirname(page), target))) dead.push(`${page} links to ${target}`);
      }
    }
    expect(links).toBeGreaterThan(20);
    expect(dead).toEqual([]);
  });

  it('lists every decision in its index', () => {
    const index = read('docs/decisions/README.md');
    const pages = readdirSync(join(PROJECT_ROOT, 'docs', 'decisions')).filter((name) => name !== 'README.md');
    expect(pages.filter((name) => !index.includes(`](${name})`))).toEqual([]);
  });
});

describe('the code in the documentation', () => {
  it('is there', () => {
    expect(PAGES).toContain('README.md');
    expect(PAGES).toContain('docs/getting-started.md');
  });

  it.each(PAGES)('%s does what it says', async (page) => {
    expect(await runPage(page, read(page), directory)).toBeGreaterThan(0);
  });

  const page = (code: string, output = '') =>
    `<!-- run -->\n\`\`\`ts\n${code}\n\`\`\`\n${output === '' ? '' : `\n\`\`\`text\n${output}\n\`\`\`\n`}`;

  it.each([
    ['a value', page('await session.range(3).sum(); // 4')],
    ['a value of a statement of several lines', page('await session\n  .range(3)\n  .sum(); // 4')],
    ['an error that is not raised', page('await session.range(3).sum(); // raises EMPTY_DATASET')],
    ['another error', page('await session.range(0).first(); // raises NOT_A_NUMBER')],
    ['an output', page('console.log(1);', '2')],
    [
      'a line of a lineage',
      page('\nconsole.log(session.range(3).toString());', 'ParallelCollectionRDD[0] at range at job.ts:3'),
    ],
  ])('would be found wrong about %s', async (_, markdown) => {
    await expect(runPage('page.md', markdown, directory)).rejects.toThrow();
  });

  it('would be found right', async () => {
    const code = [
      'await session.range(3).sum(); // 3',
      'await session.range(0).first(); // raises EMPTY_DATASET',
      'console.log(session.range(3).toString());',
    ];
    const markdown = page(code.join('\n'), 'ParallelCollectionRDD[2] at range at job.ts:3');
    expect(await runPage('page.md', markdown, directory)).toBe(3);
  });
});
