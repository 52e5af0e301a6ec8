/** The names of a checkpoint's directory and of what lies in it (FORMAT.md). */
import { invariant } from '../../lib/base/invariant.ts';
import { joinInside } from '../fs/safe-path.ts';

/** Written last: a directory without it is no checkpoint. */
export const MANIFEST_NAME = '_manifest';

/** Partitions are counted in 32 bits. */
export const MAX_PARTITIONS = 2 ** 32 - 1;

/** What a file in a checkpoint's directory is, by its name alone. */
export type CheckpointFileKind = 'manifest' | 'part' | 'temporary' | 'foreign';

/** `<checkpointDir>/<id>/rdd-<dataset>`. Raises PATH_OUTSIDE_DIRECTORY for an id that is no plain name. */
export function checkpointPath(checkpointDir: string, id: string, dataset: number): string {
  return joinInside(checkpointDir, id, `rdd-${dataset}`);
}

/** `part-00003`, as Spark names them: five digits at least, more where the number has more. */
export function checkpointPartName(partition: number): string {
  invariant(Number.isInteger(partition) && partition >= 0 && partition < MAX_PARTITIONS, `part ${partition}`);
  return `part-${String(partition).padStart(5, '0')}`;
}

/** Where an attempt writes: hidden, in the same directory, so that a rename or a link publishes it. */
export function temporaryPartName(partition: number, attempt: number | string): string {
  return `.${checkpointPartName(partition)}-attempt-${attempt}`;
}

/**
 * Everything that begins with `part-` counts as a part, so that one with an odd name is noticed rather than passed
 * over; `temporary` are the names this engine writes under before it renames.
 */
export function kindOfName(name: string): CheckpointFileKind {
  if (name === MANIFEST_NAME) return 'manifest';
  if (name.startsWith('part-')) return 'part';
  const isTemporary = /^\.part-\d{5,}-attempt-/.test(name) || /^\._manifest\..+\.tmp$/.test(name);
  return isTemporary ? 'temporary' : 'foreign';
}
