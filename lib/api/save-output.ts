import { sep } from 'node:path';
import { abortOutput, beginOutput, commitOutput, type OutputPart } from '../../storage/output/output-job.ts';
import { CairnError } from '../base/errors.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import type { SaveAction } from '../lineage/result-action.ts';
import { checkAppend, checkHeader } from './check-append.ts';
import { invalidArgument } from './check-argument.ts';
import type { Engine, JobOptions } from './engine.ts';
import { writeEmptyPart } from './write-empty-part.ts';

/** How a directory is written, beside its format. */
export interface SaveChoices extends JobOptions {
  readonly overwrite: boolean;
  readonly append: boolean;
}

/**
 * Runs a job that writes a dataset as a directory of parts, and publishes it: readers see all of it or none of it. Raises
 * OUTPUT_EXISTS, OUTPUT_DIFFERS, OUTPUT_INCOMPLETE, CSV_PARTS_DIFFER, and what the job raises; nothing is published then. INVALID_ARGUMENT
 * where the session's own files would be replaced.
 */
export async function saveOutput(
  engine: Engine,
  node: LineageNode,
  path: string,
  format: SaveAction['format'],
  { overwrite, append, ...job }: SaveChoices,
): Promise<void> {
  if (typeof path !== 'string' || path === '') {
    throw invalidArgument(job.method, 'path', 'the path of a directory', path);
  }
  const { fileSystem } = engine;
  if (overwrite || append) checkReplaces(engine, path, job.method);
  const output = beginOutput(fileSystem, path, { overwrite, append });
  try {
    const columns = append ? checkAppend(fileSystem, output.directory, format) : undefined;
    const written = (await engine.runJob(node, { kind: 'save', output, format }, job)) as OutputPart[];
    const isAdded = append && fileSystem.stat(output.directory) !== undefined;
    const empty = written.length === 0 && !isAdded ? await writeEmptyPart(fileSystem, output, format) : undefined;
    const parts = empty === undefined ? written : [empty];
    checkColumns(output.directory, parts, columns);
    commitOutput(fileSystem, output, parts);
  } catch (error) {
    try {
      abortOutput(fileSystem, output);
    } catch {
      // The error that led here is the one to hear of; the next save to this path cleans up.
    }
    throw error;
  }
}

/** Replacing a directory replaces all that is below it, which must not be the session's files while it runs. */
function checkReplaces({ fileSystem, ownDirectories }: Engine, path: string, method: string): void {
  if (fileSystem.stat(path) === undefined) return;
  const target = fileSystem.realPath(path);
  for (const directory of ownDirectories) {
    if (fileSystem.stat(directory) === undefined) continue;
    const own = fileSystem.realPath(directory);
    if (own !== target && !own.startsWith(target.endsWith(sep) ? target : `${target}${sep}`)) continue;
    throw invalidArgument(method, 'path', `a directory that does not hold the session's own files, ${own}`, path);
  }
}

/** Parts with other columns, or with the same in another order, would be read as what they are not; `there`: of those before. */
function checkColumns(path: string, parts: readonly OutputPart[], there: readonly string[] | undefined): void {
  const [first, ...others] = parts.filter(({ columns }) => columns !== undefined);
  if (first?.columns === undefined) return;
  const expected = JSON.stringify(first.columns);
  for (const { partition, columns } of others) {
    const found = JSON.stringify(columns);
    if (found === expected) continue;
    throw new CairnError('CSV_PARTS_DIFFER', { path, part: partition, other: first.partition, found, expected });
  }
  if (there !== undefined) checkHeader(path, there, first.columns);
}
