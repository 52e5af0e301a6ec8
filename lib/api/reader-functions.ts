/** What readers do to records, in tasks; travels by name. */
import { portableValues } from '../closure/portable.ts';

/** A line as a row. */
export function lineRow(line: unknown): { value: string } {
  return { value: line as string };
}

/** A file as a row, from its path and its content. */
export function fileRow(pair: unknown): { path: string; length: number; content: Buffer } {
  const [path, content] = pair as [string, Buffer];
  return { path, length: content.length, content };
}

portableValues('reader', { lineRow, fileRow });
