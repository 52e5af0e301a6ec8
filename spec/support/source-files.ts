/**
 * The project's sources as the house rules see them: text, code without comments and strings, and imports.
 *
 * There is no parser here, only a scanner that knows comments, strings, templates and regular expressions: enough to
 * tell an import from a sentence about one.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

export const PROJECT_ROOT = join(import.meta.dirname, '..', '..');

/** The folders that ship; house rules on behaviour apply to them. */
export const SHIPPED = ['lib', 'storage', 'formats', 'cli', 'ui'] as const;

export interface SourceImport {
  /** As written. */
  readonly specifier: string;
  readonly line: number;
  /** The file it names, from the project's root; undefined for packages and builtins. */
  readonly target: string | undefined;
  /** Whether it is gone at run time: `import type` or `export type`. */
  readonly typeOnly: boolean;
}

export interface SourceFile {
  /** From the project's root, with `/`. */
  readonly path: string;
  readonly text: string;
  /** The text with comments and the insides of strings blanked: same length, same lines. */
  readonly code: string;
  readonly imports: readonly SourceImport[];
}

/** All TypeScript files under these folders, sorted; a folder that is not there has none. */
export function sourceFiles(folders: readonly string[]): readonly SourceFile[] {
  return folders.flatMap((folder) =>
    listTree(folder).map((path) => sourceFile(path, readFileSync(join(PROJECT_ROOT, path), 'utf8'))),
  );
}

function listTree(folder: string): readonly string[] {
  let entries: readonly string[];
  try {
    entries = readdirSync(join(PROJECT_ROOT, folder), { recursive: true, encoding: 'utf8' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  return entries
    .map((entry) => posix.join(folder, entry.replaceAll('\\', '/')))
    .filter((path) => /\.[cm]?tsx?$/.test(path) && !path.includes('node_modules/'))
    .sort();
}

/** A source from its text: for planted examples too. */
export function sourceFile(path: string, text: string): SourceFile {
  const code = blankCommentsAndStrings(text);
  const imports: SourceImport[] = [];
  // With strings blanked, `from '   '` can only be an import or export.
  for (const match of code.matchAll(/\b(?:from|import|require|require\.resolve)\s*\(?\s*(['"`])( *)\1/g)) {
    const end = match.index + match[0].length - 1;
    const specifier = text.slice(end - (match[2] as string).length, end);
    const target = specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : undefined;
    const statement = /\b(?:import|export)\b(?!.*\b(?:import|export)\b)\s*(\w*)/s.exec(code.slice(0, match.index));
    const typeOnly = match[0].startsWith('from') && statement?.[1] === 'type';
    imports.push({ specifier, line: lineAt(text, match.index), target, typeOnly });
  }
  return { path, text, code, imports };
}

/** The line, counted from 1, of an offset. */
function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let i = 0; i < offset; i++) if (text.charCodeAt(i) === 10) line++;
  return line;
}

/** Where `pattern` (with the flag `g`) occurs in the code of these files, as `path:line`. */
export function occurrences(files: readonly SourceFile[], pattern: RegExp): readonly string[] {
  return files.flatMap((file) =>
    [...file.code.matchAll(pattern)].map((match) => `${file.path}:${lineAt(file.code, match.index)}`),
  );
}

function blankCommentsAndStrings(text: string): string {
  const out: string[] = [];
  /** For each template literal we are inside of: how many braces are open in its current `${}`. */
  const templates: number[] = [];
  let lastToken = '';
  let i = 0;

  const keep = (n: number) => {
    out.push(text.slice(i, i + n));
    i += n;
  };
  const blank = (end: number) => {
    out.push(text.slice(i, end).replace(/[^\n]/g, ' '));
    i = end;
  };
  /** Blanks the inside of a template up to its end or to the next `${`. */
  const template = () => {
    let end = i;
    while (end < text.length && text[end] !== '`' && !text.startsWith('${', end)) end += text[end] === '\\' ? 2 : 1;
    blank(Math.min(end, text.length));
    if (text.startsWith('${', i)) {
      templates.push(0);
      keep(2);
    } else keep(1);
    lastToken = out.at(-1) === '`' ? '`' : '{';
  };

  while (i < text.length) {
    const char = text[i] as string;
    if (text.startsWith('//', i)) blank(endOf(text, i, '\n', 0));
    else if (text.startsWith('/*', i)) blank(endOf(text, i + 2, '*/', 2));
    else if (char === "'" || char === '"') {
      keep(1);
      let end = i;
      while (end < text.length && text[end] !== char && text[end] !== '\n') end += text[end] === '\\' ? 2 : 1;
      blank(end);
      keep(1);
      lastToken = char;
    } else if (char === '`') {
      keep(1);
      template();
    } else if (char === '}' && templates.at(-1) === 0) {
      templates.pop();
      keep(1);
      template();
    } else if (
      char === '/' &&
      /^$|^[=([{,;:!&|?+\-*%<>~^}]$|^(?:return|typeof|case|in|of|throw|yield|await)$/.test(lastToken)
    ) {
      let end = i + 1;
      for (let inClass = false; end < text.length && (inClass || text[end] !== '/') && text[end] !== '\n'; end++) {
        if (text[end] === '\\') end++;
        else if (text[end] === '[') inClass = true;
        else if (text[end] === ']') inClass = false;
      }
      keep(1);
      blank(end);
      keep(1);
      lastToken = '/';
    } else if (/[\w$]/.test(char)) {
      const word = /^[\w$]+/.exec(text.slice(i, i + 200))?.[0] ?? char;
      keep(word.length);
      lastToken = word;
    } else {
      const depth = templates.length - 1;
      if (char === '{' && depth >= 0) templates[depth] = (templates[depth] ?? 0) + 1;
      if (char === '}' && depth >= 0) templates[depth] = (templates[depth] ?? 0) - 1;
      if (!/\s/.test(char)) lastToken = char;
      keep(1);
    }
  }
  return out.join('');
}

function endOf(text: string, from: number, what: string, length: number): number {
  const at = text.indexOf(what, from);
  return at === -1 ? text.length : at + length;
}
