/**
 * The source that creates a group of functions in a worker.
 *
 * What is captured becomes a `const` of the source, so that V8 treats it as in the original; variables that the group
 * shares and assigns become one `let`. Every function's text is put at its own line and column of the original
 * script, so that stacks need no translation.
 */
import vm from 'node:vm';
import { CairnError } from '../base/errors.ts';
import { HERITAGE_NAME, MODULE_NAMES } from './edit-text.ts';
import type { FunctionRecord } from './node-record.ts';
import { FORMS, FunctionFlag, type Place } from './packet.ts';

/** A function to create. */
export interface FunctionUnit {
  readonly node: number;
  readonly record: FunctionRecord;
  readonly place: Place;
}

/** What a name in the source means. */
export type Binding =
  /** A value from outside. */
  | { readonly kind: 'constant'; readonly value: unknown }
  /** A variable that the functions of the group share; it starts with the value, or with a function of the group. */
  | { readonly kind: 'variable'; readonly value: unknown; readonly member?: number }
  /** A function of the group itself, or bound to one. */
  | { readonly kind: 'member'; readonly node: number };

/** A bound function of the group: made by `bind`, once its target is there. */
export interface BoundUnit {
  readonly node: number;
  readonly target: number;
  readonly bind: (target: unknown) => unknown;
}

export interface GroupSource {
  readonly units: readonly FunctionUnit[];
  readonly bound: readonly BoundUnit[];
  readonly bindings: ReadonlyMap<string, Binding>;
  /** Superclasses by unit: a member's node, or a value. */
  readonly heritages: ReadonlyMap<number, Binding>;
  readonly importMeta: unknown;
  readonly dynamicImport: unknown;
}

export const CAPTURES = '__cairn_captures';
const member = (node: number) => `__cairn_f${node}`;

/** Creates the functions, and the bound ones after them, in the order given. */
export function createFunctions(group: GroupSource): readonly unknown[] {
  const captures: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  const { units, bound } = group;
  const first = units[0] as FunctionUnit;
  // A script is strict or sloppy as a whole; functions with a directive of their own bring it along in their text.
  const isStrict = units.every(({ record }) => record.flags & FunctionFlag.STRICT);
  let source = `(function(${CAPTURES}){${isStrict ? '"use strict";' : ''}`;
  source += declareBindings(group, captures);
  const text = new PlacedText(source, first.place.line ?? 0);
  for (const unit of units) placeUnit(text, unit, group, captures);
  let tail = '';
  for (const { node, target, bind } of bound) {
    captures[`bind${node}`] = bind;
    tail += `const ${member(node)}=${CAPTURES}.bind${node}(${member(target)});`;
  }
  const aliases = [...group.bindings].flatMap(([name, binding]) =>
    binding.kind === 'member' ? [`${name}=${member(binding.node)}`] : [],
  );
  if (aliases.length > 0) tail += `const ${aliases.join(',')};`;
  for (const [name, binding] of group.bindings) {
    if (binding.kind === 'variable' && binding.member !== undefined) tail += `${name}=${member(binding.member)};`;
  }
  const names = [...units, ...bound].map(({ node }) => member(node));
  const factory = compileFactory(`${text.text}${tail}return [${names.join(',')}]})`, first, first.place.line ?? 0);
  return factory(captures) as readonly unknown[];
}

/**
 * Compiles the source of a function that takes captures. Raises `CLOSURE_NOT_REVIVED` when it is not valid on its own:
 * sloppy code may use names that strict code reserves.
 */
export function compileFactory(
  source: string,
  { place, record }: FunctionUnit,
  lineOffset: number,
): (captures: object) => unknown {
  try {
    const script = new vm.Script(source, { filename: place.url || 'captured.js', lineOffset });
    return script.runInThisContext() as (captures: object) => unknown;
  } catch (error) {
    throw new CairnError(
      'CLOSURE_NOT_REVIVED',
      {
        what: `function ${record.name || '(anonymous)'} of ${place.url ?? 'an unknown file'}`,
        reason: error instanceof Error ? error.message : String(error),
      },
      { cause: error },
    );
  }
}

function declareBindings(group: GroupSource, captures: Record<string, unknown>): string {
  const constants: string[] = [];
  let variables = '';
  for (const [name, binding] of group.bindings) {
    if (binding.kind === 'member') continue;
    captures[name] = binding.value;
    if (binding.kind === 'constant') constants.push(name);
    else variables += `let ${name}=${CAPTURES}.${name};`;
  }
  const flags = group.units.reduce((all, { record }) => all | record.flags, 0);
  if (flags & FunctionFlag.IMPORT_META) {
    captures[MODULE_NAMES.importMeta] = group.importMeta;
    constants.push(MODULE_NAMES.importMeta);
  }
  if (flags & FunctionFlag.IMPORT) {
    captures[MODULE_NAMES.dynamicImport] = group.dynamicImport;
    constants.push(MODULE_NAMES.dynamicImport);
  }
  return (constants.length > 0 ? `const {${constants.join(',')}}=${CAPTURES};` : '') + variables;
}

function placeUnit(text: PlacedText, unit: FunctionUnit, group: GroupSource, captures: Record<string, unknown>): void {
  const { record, node, place } = unit;
  let own = record.text;
  const heritage = group.heritages.get(node);
  if (heritage !== undefined) {
    let by = `${CAPTURES}.super${node}`;
    if (heritage.kind === 'member') by = member(heritage.node);
    else captures[`super${node}`] = heritage.value;
    own = own.replace(`(${HERITAGE_NAME})`, () => `(${by})`);
  }
  const [before, after] = wrapText(record, own);
  text.append(`const ${member(node)}=${before}`);
  text.moveTo(place.line ?? 0, place.column ?? 0);
  text.append(own);
  text.append(`${after};`);
}

/** What makes an expression of a function's text, and gives it its name where the text has none. */
export function wrapText({ form, name }: FunctionRecord, text: string): readonly [before: string, after: string] {
  switch (FORMS[form]) {
    case 'method':
      return ['Object.values({', '})[0]'];
    case 'getter':
      return ['Object.values(Object.getOwnPropertyDescriptors({', '}))[0].get'];
    case 'setter':
      return ['Object.values(Object.getOwnPropertyDescriptors({', '}))[0].set'];
    default: {
      const hasOwnName = /^(async\s+)?function\b\s*\*?\s*[\p{ID_Start}$_]|^class\s+(?!extends\b)[\p{ID_Start}$_]/u.test(
        text,
      );
      if (hasOwnName || name === '' || name === '__proto__') return ['(', ')'];
      const key = JSON.stringify(name);
      return [`({${key}:`, `})[${key}]`];
    }
  }
}

/** Source under construction that knows at which line and column it is. */
class PlacedText {
  text: string;
  #line: number;
  #column: number;

  constructor(text: string, line: number) {
    this.text = text;
    this.#line = line;
    this.#column = text.length;
  }

  append(text: string): void {
    this.text += text;
    const lastLine = text.lastIndexOf('\n');
    if (lastLine < 0) this.#column += text.length;
    else {
      this.#line += text.split('\n').length - 1;
      this.#column = text.length - lastLine - 1;
    }
  }

  /** Pads up to a place further down; one that was passed already is given up. */
  moveTo(line: number, column: number): void {
    if (line > this.#line) {
      this.append('\n'.repeat(line - this.#line));
      this.append(' '.repeat(column));
    } else if (line === this.#line && column > this.#column) this.append(' '.repeat(column - this.#column));
  }
}
