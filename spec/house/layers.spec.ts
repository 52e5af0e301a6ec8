import { describe, expect, it } from 'vitest';
import { type SourceFile, sourceFile, sourceFiles } from '../support/source-files.ts';

/**
 * The layers, lowest first. A file may import its own layer and those on earlier lines; layers on one line are
 * siblings. Whatever is in none of them is an error, so that a new folder finds its place here.
 */
const LINES: readonly (readonly string[])[] = [
  ['lib/base'],
  ['formats'],
  ['storage'],
  ['lib/config', 'lib/events'],
  ['lib/closure'],
  ['lib/lineage'],
  ['lib/shuffle'],
  ['lib/exec'],
  ['lib/scheduler', 'lib/sql'],
  ['lib/resume'],
  ['lib/api'],
  ['lib/index.ts'],
];

/** What stands on the public surface: it imports `lib/index.ts` and its own folder only. */
const OUTSIDE = ['cli', 'ui', 'bench', 'examples'];

/** Measures one piece by itself, which the public surface does not offer: may import any layer. */
const MICRO_BENCHMARKS = 'bench/micro/';

const ALL = [...new Set([...LINES.flat(), ...OUTSIDE].map((layer) => layer.split('/')[0] as string))];

function layerOf(path: string): string | undefined {
  return [...LINES.flat(), ...OUTSIDE].find((layer) => path === layer || path.startsWith(`${layer}/`));
}

function lineOf(layer: string): number {
  return LINES.findIndex((line) => line.includes(layer));
}

function violations(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap((file) => {
    const from = layerOf(file.path);
    if (from === undefined) return [`${file.path} is in no layer`];
    return file.imports.flatMap(({ target, line }) => {
      if (target === undefined) return [];
      const to = layerOf(target);
      const allowed =
        to !== undefined &&
        (to === from ||
          file.path.startsWith(MICRO_BENCHMARKS) ||
          (OUTSIDE.includes(from) ? to === 'lib/index.ts' : isBelow(to, from)));
      return allowed ? [] : [`${file.path}:${line} imports ${target}`];
    });
  });
}

function isBelow(to: string, from: string): boolean {
  return !OUTSIDE.includes(to) && lineOf(to) < lineOf(from);
}

/**
 * Types that are one recursive type told in several files: a node has dependencies, a dependency has a node. Between
 * these files, and nowhere else, types may go in circles; values may not. See docs/decisions/010.
 */
const RECURSIVE_TYPES: readonly string[] = [
  'lib/lineage/lineage-node.ts',
  'lib/lineage/dependency.ts',
  'lib/lineage/preparation.ts',
  'lib/lineage/task-context.ts',
];

/** The circles of imports, types included, each once, as `a -> b -> a`. */
function circles(files: readonly SourceFile[]): readonly string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const path: string[] = [];
  const found: string[] = [];
  const visit = (name: string) => {
    if (done.has(name)) return;
    const at = path.indexOf(name);
    if (at !== -1) {
      found.push([...path.slice(at), name].join(' -> '));
      return;
    }
    path.push(name);
    for (const { target, typeOnly } of byPath.get(name)?.imports ?? []) {
      if (target === undefined) continue;
      if (typeOnly && RECURSIVE_TYPES.includes(name) && RECURSIVE_TYPES.includes(target)) continue;
      visit(target);
    }
    path.pop();
    done.add(name);
  };
  for (const file of files) visit(file.path);
  return found;
}

describe('layers', () => {
  const files = sourceFiles(ALL);

  it('find something to check', () => {
    const layers = new Set(files.map((file) => layerOf(file.path)));
    for (const layer of ['lib/base', 'formats', 'storage', 'lib/config', 'lib/events']) expect(layers).toContain(layer);
    const edges = files.flatMap((file) => file.imports.filter((each) => each.target !== undefined));
    expect(edges.length).toBeGreaterThan(files.length / 2);
  });

  it('import files that are there, so that no import is overlooked', () => {
    const paths = new Set(files.map((file) => file.path));
    const targets = new Set(files.flatMap((file) => file.imports.map((each) => each.target)));
    expect([...targets].filter((target) => target !== undefined && !paths.has(target))).toEqual([]);
  });

  it('import their own folder or a lower line', () => {
    expect(violations(files)).toEqual([]);
  });

  it('have no circles, types included', () => {
    expect(circles(files)).toEqual([]);
  });

  it.each([
    ['lib/base/errors.ts', '../events/event-bus.ts'],
    ['formats/csv/parse.ts', '../../storage/fs/file-system.ts'],
    ['storage/block/disk-store.ts', '../../lib/config/config.ts'],
    ['lib/config/config.ts', '../events/event-bus.ts'],
    ['lib/closure/analyze.ts', '../lineage/lineage-node.ts'],
    ['lib/shuffle/shuffle-writer.ts', '../exec/task.ts'],
    ['lib/sql/plan.ts', '../scheduler/stage.ts'],
    ['lib/scheduler/stage.ts', '../sql/plan.ts'],
    ['lib/exec/task.ts', '../api/session.ts'],
    ['lib/api/session.ts', '../index.ts'],
    ['lib/api/session.ts', '../../cli/main.ts'],
    ['cli/main.ts', '../lib/api/session.ts'],
    ['examples/a.ts', '../cli/main.ts'],
    ['lib/base/errors.ts', '../surprise/x.ts'],
  ])('would not let %s import %s', (path, specifier) => {
    expect(violations([sourceFile(path, `import type { A } from '${specifier}';`)])).toHaveLength(1);
  });

  it.each([
    ['lib/exec/task.ts', '../shuffle/shuffle-writer.ts'],
    ['lib/lineage/nodes/union.ts', '../lineage-node.ts'],
    ['lib/lineage/lineage-node.ts', '../closure/capture.ts'],
    ['lib/index.ts', './api/session.ts'],
    ['cli/main.ts', '../lib/index.ts'],
    ['cli/main.ts', './print-table.ts'],
    ['formats/csv/parse.ts', 'node:buffer'],
  ])('lets %s import %s', (path, specifier) => {
    expect(violations([sourceFile(path, `import { a } from '${specifier}';`)])).toEqual([]);
  });

  it('would notice a folder without a place, and a circle', () => {
    expect(violations([sourceFile('lib/surprise/x.ts', '')])).toEqual(['lib/surprise/x.ts is in no layer']);
    const planted = [
      sourceFile('lib/base/a.ts', "import { b } from './b.ts';"),
      sourceFile('lib/base/b.ts', "import type { c } from './c.ts';"),
      sourceFile('lib/base/c.ts', "import type { b } from './b.ts';"),
    ];
    expect(circles(planted)).toEqual(['lib/base/b.ts -> lib/base/c.ts -> lib/base/b.ts']);
    const values = RECURSIVE_TYPES.map((path) => sourceFile(path, "import { a } from './lineage-node.ts';"));
    const types = RECURSIVE_TYPES.map((path) => sourceFile(path, "import type { A } from './lineage-node.ts';"));
    expect(circles(values)).toHaveLength(1);
    expect(circles(types)).toEqual([]);
  });
});
