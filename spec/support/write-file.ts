import type { FileSystem } from '../../storage/fs/file-system.ts';

/** Writes a file, its directory included, through the seam. */
export function writeFile(fs: FileSystem, path: string, content: string | Uint8Array): void {
  fs.makeDirectory(path.slice(0, path.lastIndexOf('/')) || '/');
  using file = fs.open(path, 'overwrite');
  file.write(typeof content === 'string' ? Buffer.from(content) : content);
}
