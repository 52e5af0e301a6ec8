/**
 * Which scripts are imported by workers instead of being copied, by patterns:
 *
 *     lodash  @acme/*          scripts of packages of that name, by the nearest package.json: linked ones too
 *     ./shared  ../lib/*.js    files, and all that is below folders; `*` stays in its level, `**` does not
 *     !lodash                  takes back what an earlier pattern, or the default, says
 *
 * The last pattern that matches decides; where none does, packages under `node_modules` are imported.
 */
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Patterns, or a question that decides alone. */
export type ScriptChoice = readonly string[] | ((url: string) => boolean);

const require = createRequire(import.meta.url);

/** What is so unless someone says otherwise. */
export function isPackage(url: string): boolean {
  return url.includes('/node_modules/');
}

/** The question that a choice stands for; relative paths begin at `directory`. */
export function byReference(choice: ScriptChoice, directory: string): (url: string) => boolean {
  if (typeof choice === 'function') return choice;
  if (choice.length === 0) return isPackage;
  const rules = choice.map((pattern) => readPattern(pattern, directory)).reverse();
  const answers = new Map<string, boolean>();
  return (url) => {
    let answer = answers.get(url);
    if (answer === undefined) {
      answer = rules.find(({ matches }) => matches(url))?.isByReference ?? isPackage(url);
      answers.set(url, answer);
    }
    return answer;
  };
}

interface Rule {
  readonly isByReference: boolean;
  readonly matches: (url: string) => boolean;
}

function readPattern(text: string, directory: string): Rule {
  const isByReference = !text.startsWith('!');
  const pattern = isByReference ? text : text.slice(1);
  if (!/^(\.{1,2}[\\/]|[\\/]|file:|[A-Za-z]:[\\/]|\.{1,2}$)/.test(pattern)) {
    const name = new RegExp(`^${asExpression(pattern, '.*')}$`);
    return { isByReference, matches: (url) => name.test(packageName(url) ?? '') };
  }
  const path = pattern.startsWith('file:') ? fileURLToPath(pattern) : resolve(directory, pattern);
  const files = new RegExp(`^${asExpression(slashed(path), '[^/]*')}(/.*)?$`);
  return { isByReference, matches: (url) => files.test(pathOf(url)) };
}

/** `*` as `star`; `**` and a slash after it as any number of folders. */
function asExpression(pattern: string, star: string): string {
  return pattern
    .split(/(\*\*\/?|\*)/)
    .map((part) => {
      if (part === '*') return star;
      if (part === '**') return '.*';
      return part === '**/' ? '(.*/)?' : part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    })
    .join('');
}

function slashed(path: string): string {
  return path.replaceAll('\\', '/');
}

/** The file of a script; empty for one that has none. */
function pathOf(url: string): string {
  try {
    return slashed(fileURLToPath(url.replace(/[?#].*$/, '')));
  } catch {
    return '';
  }
}

/** The name of the package that a script belongs to: that of the nearest package.json that has one. */
function packageName(url: string): string | undefined {
  const inModules = /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
  if (inModules !== undefined) return inModules;
  let directory = pathOf(url);
  for (let above = dirname(directory); above !== directory; above = dirname(above)) {
    directory = above;
    const name = nameIn(directory);
    if (name !== undefined) return name;
  }
  return undefined;
}

function nameIn(directory: string): string | undefined {
  try {
    const manifest: unknown = require(`${directory}/package.json`);
    if (typeof manifest !== 'object' || manifest === null || !('name' in manifest)) return undefined;
    return typeof manifest.name === 'string' ? manifest.name : undefined;
  } catch {
    return undefined;
  }
}
