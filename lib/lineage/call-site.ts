import { basename, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CairnError } from '../base/errors.ts';

/** Where the user's program called the engine: the line that a node, a job or an error belongs to. */
export interface CallSite {
  /** The engine's method, as Spark's "last Spark method": `map`, `collect`. */
  readonly method: string;
  /** File name without its directory and line, `job.ts:14`; `unknown` when the stack does not tell. */
  readonly location: string;
  /** Absolute path, line and column, `/home/me/job.ts:14:3`. */
  readonly position: string;
  /** The user's frames, as in an error's stack: where an action's error came from. */
  readonly frames?: readonly string[];
}

/**
 * The folders whose frames are the engine's, by the directory that holds lib, storage and formats. In the package that
 * is dist, but where source maps are followed, as under tsx, frames name the sources beside it.
 */
export function engineFolders(root: string): readonly string[] {
  const roots = basename(root) === 'dist' ? [root, dirname(root)] : [root];
  return roots.flatMap((of) => ['lib', 'storage', 'formats', 'cli'].map((name) => join(of, name) + sep));
}

const ENGINE_FOLDERS = engineFolders(join(dirname(fileURLToPath(import.meta.url)), '..', '..'));
const FRAME = /^\s*at (?:.*?\()?((?:file:\/\/)?[^()]*?):(\d+):(\d+)\)?$/;

/**
 * The nearest frame outside the engine. Costs some microseconds: taken once a node or a job. `keepFrames` for jobs,
 * whose errors show them.
 */
export function captureCallSite(method: string, keepFrames = false): CallSite {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 24;
  const stack = new Error().stack ?? '';
  Error.stackTraceLimit = limit;
  const lines = stack.split('\n');
  for (const [i, line] of lines.entries()) {
    const frame = FRAME.exec(line);
    if (frame === null) continue;
    const raw = frame[1] as string;
    if (raw.startsWith('node:')) continue;
    const path = raw.startsWith('file://') ? toPath(raw) : raw;
    if (ENGINE_FOLDERS.some((folder) => path.startsWith(folder))) continue;
    const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).replace(/\?.*$/, '');
    const site = { method, location: `${name}:${frame[2]}`, position: `${path}:${frame[2]}:${frame[3]}` };
    return keepFrames ? { ...site, frames: lines.slice(i) } : site;
  }
  return { method, location: 'unknown', position: 'unknown' };
}

/**
 * Gives an error of a job the stack of the action that started it: the engine's own frames tell the user nothing, and
 * what a function of the user's threw is its cause, with a stack of its own.
 */
export function continueStack(error: unknown, site: CallSite): unknown {
  if (!(error instanceof CairnError) || site.frames === undefined) return error;
  error.stack = [`${error.name}: ${error.message}`, ...site.frames].join('\n');
  return error;
}

/** Cuts the engine's own frames off the top of an error's stack, so that it starts at the user's line. */
export function startAtCaller<E extends Error>(error: E): E {
  const lines = (error.stack ?? '').split('\n');
  const first = lines.findIndex((line) => FRAME.test(line));
  if (first < 0) return error;
  const own = lines.findIndex((line, i) => i >= first && isUserFrame(line));
  // Raised deep inside, a stack may end before it gets to the user; the caller's still leads there.
  const frames = own >= 0 ? lines.slice(own) : captureCallSite('', true).frames;
  if (frames !== undefined) error.stack = [...lines.slice(0, first), ...frames].join('\n');
  return error;
}

/** Neither the engine's, nor Node's, nor of a built-in that the engine called, as `at Array.map (<anonymous>)`. */
export function isUserFrame(line: string): boolean {
  const raw = FRAME.exec(line)?.[1];
  if (raw === undefined || raw.startsWith('node:')) return false;
  const path = raw.startsWith('file://') ? toPath(raw) : raw;
  return !ENGINE_FOLDERS.some((folder) => path.startsWith(folder));
}

/** Spark's short form: `map at job.ts:14`. */
export function describeCallSite(site: CallSite): string {
  return `${site.method} at ${site.location}`;
}

function toPath(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    return url;
  }
}
