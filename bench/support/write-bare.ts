import * as fs from 'node:fs';

/** Bytes written at a time, as the engine does. */
export const WRITE_BYTES = 1024 * 1024;

/** Writes a file by bare calls, and waits for the disk. */
export function writeBare(path: string, bytes: Uint8Array): void {
  const file = fs.openSync(path, 'w', 0o600);
  for (let at = 0; at < bytes.length; at += WRITE_BYTES) {
    fs.writeSync(file, bytes, at, Math.min(WRITE_BYTES, bytes.length - at));
  }
  fs.fsyncSync(file);
  fs.closeSync(file);
}
