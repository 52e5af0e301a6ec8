/**
 * File name patterns as text in, answers out; `glob.ts` walks the directories.
 *
 * `*` any characters, `?` one, `[a-c]` one of, `[!a-c]` or `[^a-c]` one not of, `{a,b}` either, `\*` the character
 * itself; all within one level. Matching takes at most name times pattern steps, whatever the pattern.
 */
import { CairnError } from '../../lib/base/errors.ts';

/** More alternatives than this from nested braces are a mistake, or an attack. */
const MAX_ALTERNATIVES = 10_000;

/** `{a,b}` written out: `x{1,2{a,b}}` gives `x1`, `x2a`, `x2b`. Braces without a comma, or never closed, are text. */
export function expandBraces(pattern: string): readonly string[] {
  const done: string[] = [];
  // A stack rather than recursion: depth comes from the user.
  const todo = [{ text: pattern, from: 0 }];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const brace = findBrace(next.text, next.from);
    if (brace === undefined) {
      done.push(next.text);
    } else {
      const { text } = next;
      const head = text.slice(0, brace.start);
      const tail = text.slice(brace.end + 1);
      for (const part of brace.parts.reverse()) todo.push({ text: head + part + tail, from: brace.start });
    }
    if (done.length + todo.length > MAX_ALTERNATIVES) {
      throw new CairnError('LIMIT_EXCEEDED', {
        what: `the number of alternatives of '${pattern.slice(0, 100)}'`,
        found: done.length + todo.length,
        limit: MAX_ALTERNATIVES,
        remedy: 'use * or ? in place of some braces, or give a list of patterns',
      });
    }
  }
  return done;
}

/** The first brace at or after `from` that is closed and has a comma on its own level. */
function findBrace(text: string, from: number): { start: number; end: number; parts: string[] } | undefined {
  for (let start = from; start < text.length; start++) {
    if (text[start] === '\\') start++;
    else if (text[start] === '{') {
      const found = closeBrace(text, start);
      if (found !== undefined && found.parts.length > 1) return { start, ...found };
    }
  }
  return undefined;
}

function closeBrace(text: string, start: number): { end: number; parts: string[] } | undefined {
  const parts: string[] = [];
  let depth = 0;
  let partStart = start + 1;
  for (let at = start; at < text.length; at++) {
    const char = text[at];
    if (char === '\\') at++;
    else if (char === '{') depth++;
    else if (char === ',' && depth === 1) {
      parts.push(text.slice(partStart, at));
      partStart = at + 1;
    } else if (char === '}' && --depth === 0) {
      parts.push(text.slice(partStart, at));
      return { end: at, parts };
    }
  }
  return undefined;
}

type Token =
  | { readonly kind: 'literal'; readonly char: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'star' }
  | { readonly kind: 'set'; readonly negated: boolean; readonly ranges: readonly (readonly [string, string])[] };

/** One level of a pattern (no separator in it), read once. */
export class NamePattern {
  readonly #tokens: readonly Token[];

  constructor(text: string) {
    this.#tokens = readTokens([...text]);
  }

  /** The one name it matches, when it has no wildcard. */
  get literal(): string | undefined {
    let text = '';
    for (const token of this.#tokens) {
      if (token.kind !== 'literal') return undefined;
      text += token.char;
    }
    return text;
  }

  /**
   * True when the whole name matches. A name that begins with `.` or `_` is hidden, as in Hadoop: only a pattern
   * that begins with that very character finds it.
   */
  matches(name: string): boolean {
    const first = this.#tokens[0];
    if (isHiddenName(name) && !(first?.kind === 'literal' && first.char === name[0])) return false;
    const chars = [...name];
    let at = 0;
    let token = 0;
    let star = -1;
    let starAt = 0;
    while (at < chars.length) {
      const now = this.#tokens[token];
      if (now?.kind === 'star') {
        star = token++;
        starAt = at;
      } else if (now !== undefined && matchesChar(now, chars[at] as string)) {
        token++;
        at++;
      } else if (star >= 0) {
        // Only the last star needs to give way: what the ones before it took is already as little as can be.
        token = star + 1;
        at = ++starAt;
      } else {
        return false;
      }
    }
    while (this.#tokens[token]?.kind === 'star') token++;
    return token === this.#tokens.length;
  }
}

/** Names of markers and metadata (`_SUCCESS`, `.crc` files), which no reader of a directory takes for data. */
export function isHiddenName(name: string): boolean {
  return name.startsWith('_') || name.startsWith('.');
}

/** True when the text has a character that is special in a pattern. */
export function hasWildcard(text: string): boolean {
  return /[*?[\]{}\\]/.test(text);
}

function matchesChar(token: Token, char: string): boolean {
  switch (token.kind) {
    case 'literal':
      return token.char === char;
    case 'any':
      return true;
    case 'star':
      return false;
    case 'set':
      return (
        token.ranges.some(([from, to]) => codePoint(from) <= codePoint(char) && codePoint(char) <= codePoint(to)) !==
        token.negated
      );
  }
}

function codePoint(char: string): number {
  return char.codePointAt(0) as number;
}

function readTokens(chars: readonly string[]): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at] as string;
    const set = char === '[' ? readSet(chars, at) : undefined;
    if (set !== undefined) {
      tokens.push(set.token);
      at = set.end;
    } else if (char === '\\' && at + 1 < chars.length) {
      tokens.push({ kind: 'literal', char: chars[++at] as string });
    } else if (char === '*') {
      if (tokens.at(-1)?.kind !== 'star') tokens.push({ kind: 'star' });
    } else {
      tokens.push(char === '?' ? { kind: 'any' } : { kind: 'literal', char });
    }
  }
  return tokens;
}

/** `[…]` from its bracket; undefined when it is never closed and the bracket is a character. `[]a]` holds `]`. */
function readSet(chars: readonly string[], start: number): { token: Token; end: number } | undefined {
  let at = start + 1;
  const negated = chars[at] === '!' || chars[at] === '^';
  if (negated) at++;
  const ranges: (readonly [string, string])[] = [];
  for (let first = true; ; first = false) {
    let from = chars[at++];
    if (from === undefined) return undefined;
    if (from === ']' && !first) return { token: { kind: 'set', negated, ranges }, end: at - 1 };
    if (from === '\\') from = chars[at++];
    if (from === undefined) return undefined;
    let to: string | undefined = from;
    if (chars[at] === '-' && chars[at + 1] !== ']' && chars[at + 1] !== undefined) {
      to = chars[at + 1] === '\\' ? chars[at + 2] : chars[at + 1];
      at += chars[at + 1] === '\\' ? 3 : 2;
      if (to === undefined) return undefined;
    }
    ranges.push([from, to]);
  }
}
