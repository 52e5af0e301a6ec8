import { join, resolve } from 'node:path';
import { findClassNamed } from '../../formats/record/record-class.ts';
import { CairnError } from '../../lib/base/errors.ts';
import type { FileSystem } from '../fs/file-system.ts';
import { corrupt } from '../spill/chunk-reader.ts';
import { checkpointPartName, kindOfName, MANIFEST_NAME } from './checkpoint-names.ts';
import type { CheckpointPart, CheckpointPlace } from './checkpoint-part.ts';
import { type CheckpointManifest, readManifest } from './manifest.ts';
import { CheckpointPartReader, verifyPart } from './part-reader.ts';

/** A complete checkpoint. Plain data: reading a part takes `place` and the part's entry, in any thread. */
export interface Checkpoint {
  readonly place: CheckpointPlace;
  readonly manifest: CheckpointManifest;
  /** By partition. */
  readonly parts: readonly CheckpointPart[];
  /** Names in the directory that are not the engine's; never read, never removed. */
  readonly foreign: readonly string[];
}

/**
 * Opens the checkpoint in `directory`: its manifest, and the presence and length of every part it names. What the parts
 * hold is verified when they are read.
 *
 * Raises CHECKPOINT_NOT_FOUND when nothing is there or there is no manifest; CORRUPT_FILE, with path and offset, when
 * the manifest is damaged, a part is missing, has another length or is no plain file, or when the directory holds a
 * part that the manifest does not name; UNSUPPORTED_VERSION for a later release's; and what the file system raises.
 */
export function openCheckpoint(fileSystem: FileSystem, directory: string): Checkpoint {
  const path = resolve(directory);
  const found = fileSystem.stat(path, { follow: true });
  if (found === undefined) throw new CairnError('CHECKPOINT_NOT_FOUND', { path, reason: 'nothing is there' });
  if (found.kind !== 'directory') throw new CairnError('CHECKPOINT_NOT_FOUND', { path, reason: 'it is no directory' });
  const manifestPath = join(path, MANIFEST_NAME);
  const manifestFile = fileSystem.stat(manifestPath);
  if (manifestFile === undefined) {
    throw new CairnError('CHECKPOINT_NOT_FOUND', { path, reason: 'it has no manifest' });
  }
  if (manifestFile.kind !== 'file') throw corrupt(manifestPath, 0, 'a plain file', `a ${manifestFile.kind}`);
  const manifest = readManifest(fileSystem, manifestPath);
  const { owner, partitionCount, classes } = manifest;
  const foreign: string[] = [];
  const kinds = new Map<string, string>();
  for (const { name, kind } of fileSystem.list(path)) {
    const meaning = kindOfName(name);
    if (meaning === 'part') kinds.set(name, kind);
    if (meaning === 'foreign') foreign.push(name);
  }
  const parts = manifest.parts.map((part): CheckpointPart => {
    const name = checkpointPartName(part.partition);
    const partPath = join(path, name);
    const kind = kinds.get(name);
    kinds.delete(name);
    if (kind === undefined) throw corrupt(partPath, 0, `a part of ${part.bytes} bytes`, 'no file');
    if (kind !== 'file') throw corrupt(partPath, 0, 'a plain file', `a ${kind}`);
    const sizeBytes = fileSystem.stat(partPath)?.sizeBytes;
    if (sizeBytes !== part.bytes) throw corrupt(partPath, 0, `${part.bytes} bytes`, `${sizeBytes ?? 'no file'}`);
    return { ...part, classes };
  });
  for (const name of kinds.keys()) {
    throw corrupt(
      join(path, name),
      0,
      `no part beside the ${partitionCount} of the manifest`,
      'one that it does not name',
    );
  }
  return { place: { directory: path, owner, partitionCount }, manifest, parts, foreign };
}

/** Opens one part, verified whole; see `CheckpointPartReader`. Raises NO_SUCH_PARTITION too. */
export function openCheckpointPart(
  fileSystem: FileSystem,
  { place, parts }: Checkpoint,
  partition: number,
): CheckpointPartReader {
  const part = parts[partition];
  if (part === undefined) throw new CairnError('NO_SUCH_PARTITION', { partition, count: parts.length });
  return CheckpointPartReader.open(fileSystem, place, part);
}

/** Raises RECORD_CLASS_UNKNOWN when records hold instances of a class that is not registered in this thread. */
export function requireClasses({ manifest }: Checkpoint): void {
  for (const { name, version } of manifest.classes) {
    if (findClassNamed(name) === undefined) throw new CairnError('RECORD_CLASS_UNKNOWN', { name, version });
  }
}

/** Reads and verifies every byte of every part. Raises as `CheckpointPartReader.open` does for the first damaged one. */
export function verifyCheckpoint(fileSystem: FileSystem, { place, parts }: Checkpoint): void {
  for (const part of parts) verifyPart(fileSystem, place, part);
}
