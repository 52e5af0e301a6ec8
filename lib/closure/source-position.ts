/**
 * From where code runs to where it was written: source maps of tsx, vitest, bundlers and tsc.
 *
 * A map is read when a position in its script is asked for, and kept; a map that cannot be read leaves positions as
 * they are, since an error must not hide behind another one.
 */
import { SourceMap, type SourceMapPayload } from 'node:module';
import { relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { NodeFileSystem } from '../../storage/fs/node-file-system.ts';
import { recordAllScripts, withInspector } from './inspector-session.ts';
import { findScriptByUrl } from './script-table.ts';

/** A place in a file. Lines and columns count from 0. */
export interface SourcePosition {
  readonly url: string;
  readonly line: number;
  readonly column: number;
}

const maps = new Map<string, SourceMap | undefined>();

/** Where the code at this place was written; the same place when there is no source map. */
export function originalPosition(place: SourcePosition): SourcePosition {
  const entry = mapOf(place.url)?.findEntry(place.line, place.column);
  if (entry === undefined || !('originalSource' in entry) || entry.originalSource === undefined) return place;
  return {
    url: resolveUrl(entry.originalSource, place.url),
    line: entry.originalLine,
    column: entry.originalColumn,
  };
}

function mapOf(url: string): SourceMap | undefined {
  if (maps.has(url)) return maps.get(url);
  const script = findScriptByUrl(url);
  // A script that is not known yet may be known later: only a known one settles the question.
  if (script === undefined) return undefined;
  const map = script.sourceMapUrl === '' ? undefined : readMap(script.sourceMapUrl, url);
  maps.set(url, map);
  return map;
}

function readMap(mapUrl: string, scriptUrl: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readText(mapUrl, scriptUrl)) as SourceMapPayload);
  } catch {
    return undefined;
  }
}

function readText(mapUrl: string, scriptUrl: string): string {
  if (mapUrl.startsWith('data:')) {
    const comma = mapUrl.indexOf(',');
    const isBase64 = mapUrl.slice(0, comma).endsWith(';base64');
    const data = mapUrl.slice(comma + 1);
    return isBase64 ? Buffer.from(data, 'base64').toString() : decodeURIComponent(data);
  }
  const path = fileURLToPath(resolveUrl(mapUrl, scriptUrl));
  return Buffer.from(new NodeFileSystem().readFile(path)).toString();
}

function resolveUrl(text: string, base: string): string {
  try {
    return new URL(text, base.startsWith('/') ? pathToFileURL(base) : base).href;
  } catch {
    return text;
  }
}

/** A URL as a person reads it: a path from the working directory where the file is below it. */
export function readableUrl(url: string): string {
  if (url === '') return '<anonymous>';
  if (!url.startsWith('file:')) return url;
  try {
    const path = fileURLToPath(url);
    const below = relative(process.cwd(), path);
    return below.startsWith('..') || below.startsWith(sep) ? path : below;
  } catch {
    return url;
  }
}

/** `src/job.ts:14`, after source maps. */
export function describePosition(place: SourcePosition): string {
  const original = originalPosition(place);
  return `${readableUrl(original.url)}:${original.line + 1}`;
}

const FRAME = /((?:file:\/\/|\/|[A-Za-z]:[\\/])[^\s()]*?):(\d+):(\d+)(?=\)?$)/gm;

/**
 * Leads every frame of a stack back to the sources, as for errors of workers, which hold no source maps. Frames
 * without one stay as they are.
 */
export function remapStack(stack: string): string {
  learnScriptsOf(new Set([...stack.matchAll(FRAME)].map((frame) => toUrl(frame[1] as string))));
  return stack.replace(FRAME, (whole, file: string, line: string, column: string) => {
    const place = { url: toUrl(file), line: Number(line) - 1, column: Number(column) - 1 };
    const original = originalPosition(place);
    return original === place ? whole : `${original.url}:${original.line + 1}:${original.column + 1}`;
  });
}

/** Scripts of other threads alone: looking for them once is enough, since it takes a while. */
const absent = new Set<string>();

function learnScriptsOf(urls: ReadonlySet<string>): void {
  const isUnknown = (url: string): boolean => findScriptByUrl(url) === undefined && !absent.has(url);
  if (![...urls].some(isUnknown)) return;
  try {
    withInspector(recordAllScripts);
  } catch {
    // Without an inspector stacks keep the positions of the code that runs.
  }
  for (const url of urls) if (isUnknown(url)) absent.add(url);
}

function toUrl(file: string): string {
  return file.startsWith('file:') ? file : pathToFileURL(file).href;
}
