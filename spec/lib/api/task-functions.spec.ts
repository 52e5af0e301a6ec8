import { describe, expect, it } from 'vitest';
import { SHIPPED, type SourceFile, sourceFiles } from '../../support/source-files.ts';

/** All that loading a file loads, itself included, and the packages among it. */
function loadedBy(entry: string, files: ReadonlyMap<string, SourceFile>): ReadonlySet<string> {
  const loaded = new Set<string>();
  const queue = [entry];
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (loaded.has(path)) continue;
    loaded.add(path);
    for (const { typeOnly, target, specifier } of files.get(path)?.imports ?? []) {
      if (!typeOnly) queue.push(target ?? specifier);
    }
  }
  return loaded;
}

describe('the functions that tasks find by name', () => {
  const files = new Map(sourceFiles(SHIPPED).map((file) => [file.path, file]));
  const loaded = loadedBy('lib/api/task-functions.ts', files);

  it('are all registered by what a worker loads', () => {
    const registering = [...files.values()].filter(
      ({ path, code }) => path !== 'lib/closure/portable.ts' && /\bportable(Value|Values)?\(/.test(code),
    );
    expect(registering.length).toBeGreaterThan(5);
    expect(registering.map(({ path }) => path).filter((path) => !loaded.has(path))).toEqual([]);
  });

  it('bring neither datasets nor sessions nor the database along', () => {
    const unwanted = [...loaded].filter((path) => /lib\/api\/(rdd|session|run-)|^better-sqlite3$/.test(path));
    expect(unwanted).toEqual([]);
    expect(loadedBy('lib/api/session.ts', files)).toContain('better-sqlite3');
  });

  it('are registered in the session, too', () => {
    expect(loadedBy('lib/api/session.ts', files)).toContain('lib/api/task-functions.ts');
  });
});
