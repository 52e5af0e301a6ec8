/** What identifies the files a dataset reads. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { FileSplit, InputFile } from '../../formats/scan/file-splits.ts';
import type { FileSystem } from '../../storage/fs/file-system.ts';
import { CairnError } from '../base/errors.ts';
import type { InputRecord } from './fingerprint-record.ts';
import type { LineageNode } from './lineage-node.ts';
import { openInput } from './nodes/input-files.ts';

/**
 * `stat`: absolute path with links followed, size and time of change; a file that was copied, moved or touched is another
 * one.
 * `content`: name, size and SHA-256 of the bytes, wherever the file is; reads every file once for each fingerprint.
 */
export type InputIdentity = 'stat' | 'content';

const READ_BYTES = 1024 * 1024;

/** The files of a dataset, in the order in which it reads them. Its partitions must have been found. */
export function filesOf(node: LineageNode): readonly InputFile[] {
  const files: InputFile[] = [];
  for (const { split } of node.partitions) {
    for (const file of filesOfSplit(split as InputSplit)) {
      // Splits of one file follow each other; a file that was named twice is there twice.
      if (files.at(-1) !== file) files.push(file);
    }
  }
  return files;
}

/** What partitions of scans are made of. */
type InputSplit = InputFile | FileSplit | readonly (InputFile | FileSplit)[];

function filesOfSplit(split: InputSplit): readonly InputFile[] {
  if ('file' in split) return [split.file];
  return 'path' in split ? [split] : split.map((each) => ('file' in each ? each.file : each));
}

/** Finds out what identifies files. Remembers the content of a file for as long as its path, size and time last. */
export class InputIdentifier {
  readonly #fileSystem: FileSystem;
  readonly #identity: InputIdentity;
  readonly #contents = new Map<string, string>();

  constructor(fileSystem: FileSystem, identity: InputIdentity) {
    this.#fileSystem = fileSystem;
    this.#identity = identity;
  }

  /** Raises FILE_NOT_FOUND for a file that is gone, INPUT_CHANGED for one that has become shorter while its content is read. */
  identify(file: InputFile): InputRecord {
    const { path, sizeBytes, modifiedMs } = file;
    const resolved = this.#fileSystem.realPath(path);
    if (this.#identity === 'stat') return { path, resolved, sizeBytes, modifiedMs };
    const key = JSON.stringify([resolved, sizeBytes, modifiedMs]);
    let content = this.#contents.get(key);
    if (content === undefined) {
      content = this.#hash(file);
      this.#contents.set(key, content);
    }
    return { path, sizeBytes, content };
  }

  /** The same file as it is now; undefined when it is gone, or going. */
  again({ path }: InputRecord): InputRecord | undefined {
    try {
      const found = this.#fileSystem.stat(path, { follow: true });
      if (found?.kind !== 'file') return undefined;
      return this.identify({ path, sizeBytes: found.sizeBytes, modifiedMs: found.modifiedMs });
    } catch (error) {
      if (CairnError.is(error, 'FILE_NOT_FOUND') || CairnError.is(error, 'INPUT_CHANGED')) return undefined;
      throw error;
    }
  }

  #hash(file: InputFile): string {
    const hash = createHash('sha256');
    using handle = openInput(this.#fileSystem, file);
    const bytes = new Uint8Array(Math.min(READ_BYTES, file.sizeBytes));
    for (let at = 0; at < file.sizeBytes; ) {
      const count = handle.read(bytes.subarray(0, Math.min(bytes.length, file.sizeBytes - at)), at);
      if (count === 0) throw new CairnError('INPUT_CHANGED', { path: file.path, expected: file.sizeBytes, found: at });
      hash.update(bytes.subarray(0, count));
      at += count;
    }
    return hash.digest('hex');
  }
}

/** What of a file is part of a fingerprint, as plain data. */
export function identityOfInput({ path, resolved, sizeBytes, modifiedMs, content }: InputRecord): (string | number)[] {
  if (content !== undefined) return [basename(path), sizeBytes, content];
  return [resolved ?? path, sizeBytes, modifiedMs ?? 0];
}
