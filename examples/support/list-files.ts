import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The files of a directory with their sizes in bytes, by name. */
export async function listFiles(dir: string): Promise<(readonly [name: string, sizeBytes: number])[]> {
  const names = (await readdir(dir)).sort();
  return await Promise.all(names.map(async (name) => [name, (await stat(join(dir, name))).size] as const));
}
