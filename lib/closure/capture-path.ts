/** How one captured value leads to the next, and how the way from a closure to a culprit reads in an error. */
import { types } from 'node:util';
import { isClassText, textOf } from './analyze.ts';

/** A variable that a function captures. Collects the bytes of what is reached through it. */
export class CaptureStep {
  readonly variable: string;
  /** The node of the function. */
  readonly owner: number;
  sizeBytes = 0;

  constructor(variable: string, owner: number) {
    this.variable = variable;
    this.owner = owner;
  }
}

/** The value of a Map's entry. */
export interface MapStep {
  readonly mapKey: unknown;
}

/** Anything else, as it reads: ` [bound this]`. */
export interface TextStep {
  readonly text: string;
}

/** A property (string, symbol), an element (number), or one of the steps above. */
export type PathStep = string | number | symbol | CaptureStep | MapStep | TextStep;

/** One value on the way, and the step from it to the next; the last has none unless the step itself is the culprit. */
export interface PathSegment {
  /** Undefined for what only stands between (a module of which some exports are used). */
  readonly value: object | undefined;
  /** `src/job.ts:14`, of functions. */
  readonly location: string | undefined;
  readonly step: PathStep | undefined;
}

/** Names that runners give to modules; users know the export that is used instead. */
const GENERATED_NAME = /^(\w+_\d+|import_\w+|__vite_ssr_import_\d+__|exports)$/;

/** `closure at job.ts:14 captures 'db' -> Pool.socket -> Socket`. */
export function describePath(segments: readonly PathSegment[]): string {
  let text = '';
  let skipStep = false;
  for (const [i, { value, location, step }] of segments.entries()) {
    if (typeof value === 'function' && !types.isProxy(value)) {
      text += text === '' ? describeFirst(value, location) : ` -> ${describeObject(value)} (${location})`;
    } else if (value !== undefined) text += ` -> ${describeObject(value)}`;
    if (step === undefined) continue;
    if (step instanceof CaptureStep) {
      const next = segments[i + 1];
      const isModule =
        next?.value === undefined && typeof next?.step === 'string' && GENERATED_NAME.test(step.variable);
      text += ` captures '${isModule ? String(next.step) : step.variable}'`;
      skipStep = isModule;
    } else if (skipStep) skipStep = false;
    else text += describeStep(step);
  }
  return text.replace(/^ -> /, '') || 'value';
}

function describeFirst(fn: object, location: string | undefined): string {
  const name = nameOf(fn);
  if (isClassText(textOf(fn))) return `class ${name || '(anonymous)'} at ${location}`;
  return `closure at ${location}${name === '' ? '' : ` ('${name}')`}`;
}

function describeStep(step: Exclude<PathStep, CaptureStep>): string {
  switch (typeof step) {
    case 'number':
      return `[${step}]`;
    case 'symbol':
      return `[${String(step)}]`;
    case 'string':
      return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
    default: {
      if ('text' in step) return step.text;
      const { mapKey } = step;
      const isPlain = typeof mapKey !== 'object' && typeof mapKey !== 'function' && typeof mapKey !== 'symbol';
      return `.get(${isPlain ? (JSON.stringify(mapKey, bigintText) ?? String(mapKey)) : '…'})`;
    }
  }
}

function bigintText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}

/** `function parse`, `class Point`, `Socket`: what a value is called, without running code of the user's. */
export function describeObject(value: object): string {
  if (types.isProxy(value)) return 'Proxy';
  if (typeof value === 'function') {
    return `${isClassText(textOf(value)) ? 'class' : 'function'} ${nameOf(value) || '(anonymous)'}`;
  }
  for (let at: unknown = value; typeof at === 'object' && at !== null; at = Object.getPrototypeOf(at)) {
    if (types.isProxy(at)) break;
    const maker: unknown = Object.getOwnPropertyDescriptor(at, 'constructor')?.value;
    if (typeof maker === 'function' && !types.isProxy(maker) && nameOf(maker) !== '') return nameOf(maker);
    const tag: unknown = Object.getOwnPropertyDescriptor(at, Symbol.toStringTag)?.value;
    if (typeof tag === 'string') return tag;
  }
  return 'Object';
}

/** A function's own name; empty when it has none, or one that is computed. */
export function nameOf(fn: object): string {
  const name: unknown = Object.getOwnPropertyDescriptor(fn, 'name')?.value;
  return typeof name === 'string' ? name : '';
}
