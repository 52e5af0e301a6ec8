/** Changes to a function's text where it refers to what only its old place had: a superclass, a computed key, a module. */
import { type AnalyzedFunction, textOf } from './analyze.ts';
import type { ComputedMember } from './class-shape.ts';
import type { TextRange } from './free-names.ts';

/** Names that the edited text uses; nobody writes them. */
export const HERITAGE_NAME = '__cairn_super';
export const MODULE_NAMES = { importMeta: '__cairn_import_meta', dynamicImport: '__cairn_import' } as const;
const METHOD_KEY = '__cairn_method';

export interface TextEdits {
  readonly text: string;
  /** Names in the text, with the computed keys they stand for. */
  readonly constants: readonly (readonly [name: string, key: string | symbol])[];
}

export function findTextEdits(fn: object, { text, key, shape, uses }: AnalyzedFunction): TextEdits {
  const edits: (TextRange & { readonly by: string })[] = [];
  const constants: [string, string | symbol][] = [];
  if (key?.computed) edits.push({ ...key, by: METHOD_KEY });
  if (shape?.heritage !== undefined) edits.push({ ...shape.heritage, by: `(${HERITAGE_NAME})` });
  for (const [i, member] of (shape?.computedMembers ?? []).entries()) {
    const found = findKey(fn, member);
    if (found === undefined) continue;
    const name = `__cairn_key${i}`;
    edits.push({ ...member.key, by: `[${name}]` });
    constants.push([name, found]);
  }
  for (const range of uses.importMetas) edits.push({ ...range, by: MODULE_NAMES.importMeta });
  for (const range of uses.dynamicImports) edits.push({ ...range, by: MODULE_NAMES.dynamicImport });
  // A decorator that ran again would apply itself to what it has changed already.
  for (const block of shape?.decoratorBlocks ?? []) {
    const lines = text.slice(block.start, block.end).split('\n').length;
    edits.push({ ...block, by: '\n'.repeat(lines - 1) });
  }
  if (edits.length === 0) return { text, constants };
  edits.sort((a, b) => b.start - a.start);
  let edited = text;
  const isDropped = (at: number) => shape?.decoratorBlocks.some((block) => block.start < at && at < block.end) === true;
  for (const { start, end, by } of edits)
    if (!isDropped(start)) edited = edited.slice(0, start) + by + edited.slice(end);
  return { text: edited, constants };
}

/** The key under which a class holds a computed member: the one whose function has the member's text. */
function findKey(fn: object, member: ComputedMember): string | symbol | undefined {
  const holder: unknown = member.isStatic ? fn : Object.getOwnPropertyDescriptor(fn, 'prototype')?.value;
  if ((typeof holder !== 'object' || holder === null) && typeof holder !== 'function') return undefined;
  return Reflect.ownKeys(holder).find((key) => {
    const { value, get, set } = Object.getOwnPropertyDescriptor(holder, key) ?? {};
    return [value, get, set].some((each: unknown) => typeof each === 'function' && textOf(each) === member.text);
  });
}
