import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The files of a directory with their sizes in bytes, by name. */
export async function listFiles(dir: string): Promise<(readonly [name: string, sizeBytes: number])[]> {
  const names = (await readdir(dir)).sort();
  return await Promise.all(names.map(async (name) => [name, (await stat(join(dir, name))).size] as const));
}

/**
 * What is in a data directory, indented: the same text for each run. The run's id, eight hex digits that differ each
 * time, is written as `<run>`, the process that owns scratch space as `<process>`; the directories 00 to 3f that the engine spreads a run's files over as one count.
 */
export async function dataDirectoryTree(dir: string, indent = ''): Promise<string> {
  const lines: string[] = [];
  let spreadFiles = 0;
  for (const entry of (await readdir(dir, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(dir, entry.name);
    if (!entry.isDirectory()) lines.push(`${indent}${entry.name}`);
    else if (/^[0-9a-f]{2}$/.test(entry.name)) spreadFiles += (await readdir(path)).length;
    else {
      const name = entry.name.replace(/^[0-9a-f]{8}$/, '<run>').replace(/^\d+-\d+-[0-9a-f]+-.*$/, '<process>');
      lines.push(`${indent}${name}/`);
      const inside = await dataDirectoryTree(path, `${indent}  `);
      if (inside !== '') lines.push(inside);
    }
  }
  if (spreadFiles > 0) lines.push(`${indent}00 … 3f/  ${spreadFiles} files`);
  return lines.join('\n');
}
