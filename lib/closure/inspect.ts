/**
 * What V8 knows about a function and its source does not say: where it stands, the values of the variables around
 * it, and what a bound function is bound to. Values are the originals, not copies; the scopes that hold them are
 * snapshots which V8 makes anew for each call.
 */
import { inspectorSink, post, recordAllScripts, withInspector } from './inspector-session.ts';
import { findScript } from './script-table.ts';

/** Where a function is, in V8's sense: see text-start.ts. Lines and columns count from 0. */
export interface FunctionLocation {
  readonly scriptId: string;
  /** Of the script as it runs, which a source map may lead back from; empty for code without a file. */
  readonly url: string;
  readonly line: number;
  readonly column: number;
  readonly isModule: boolean;
  /** Set where this is the start of the function's text, as far as that is known. */
  readonly isTextStart?: true;
}

/** One scope around a function, innermost first. Reading a property may throw while a variable is in its dead zone. */
export interface FunctionScope {
  /** V8's word for it: `Closure (main)`, `Block`, `Module`, `Script`, `Global`. */
  readonly kind: string;
  readonly object: Readonly<Record<string, unknown>>;
}

export interface BoundFunction {
  readonly target: object;
  readonly thisValue: unknown;
  readonly args: readonly unknown[];
}

export interface InspectedFunction {
  /** Undefined for native functions. */
  readonly location: FunctionLocation | undefined;
  readonly scopes: readonly FunctionScope[];
  readonly bound: BoundFunction | undefined;
}

interface RemoteValue {
  readonly type: string;
  readonly subtype?: string;
  readonly value?: unknown;
  readonly unserializableValue?: string;
  readonly objectId?: string;
}

interface InternalProperty {
  readonly name: string;
  readonly value?: RemoteValue;
}

const GROUP = 'cairn';

/** Inspects a function. Raises `INSPECTOR_UNAVAILABLE`. 0.05 ms when a session is open, 0.1 ms more otherwise. */
export function inspectFunction(fn: object): InspectedFunction {
  return withInspector(() => {
    const { sink, expression } = inspectorSink();
    sink.subject = fn;
    try {
      const { result } = post('Runtime.evaluate', {
        expression: `${expression}.subject`,
        objectGroup: GROUP,
      }) as { readonly result: RemoteValue };
      const { internalProperties = [] } = post('Runtime.getProperties', {
        objectId: result.objectId,
        ownProperties: true,
      }) as { readonly internalProperties?: readonly InternalProperty[] };
      return readInternals(internalProperties);
    } finally {
      post('Runtime.releaseObjectGroup', { objectGroup: GROUP });
      sink.subject = undefined;
      sink.out = undefined;
    }
  });
}

function readInternals(properties: readonly InternalProperty[]): InspectedFunction {
  let location: FunctionLocation | undefined;
  let scopes: readonly FunctionScope[] = [];
  let target: unknown;
  let thisValue: unknown;
  let args: readonly unknown[] = [];
  for (const { name, value } of properties) {
    if (value === undefined) continue;
    switch (name) {
      case '[[FunctionLocation]]':
        location = readLocation(value.value);
        break;
      case '[[Scopes]]':
        scopes = readScopes(originalOf(value));
        break;
      case '[[TargetFunction]]':
        target = originalOf(value);
        break;
      case '[[BoundThis]]':
        thisValue = originalOf(value);
        break;
      case '[[BoundArgs]]':
        args = Array.from(originalOf(value) as ArrayLike<unknown>);
        break;
      default:
    }
  }
  const bound = typeof target === 'function' ? { target, thisValue, args } : undefined;
  return { location, scopes, bound };
}

function readLocation(value: unknown): FunctionLocation | undefined {
  if (typeof value !== 'object' || value === null || !('scriptId' in value)) return undefined;
  const { scriptId, lineNumber, columnNumber } = value as Readonly<Record<string, unknown>>;
  const id = String(scriptId);
  if (findScript(id) === undefined) recordAllScripts();
  const script = findScript(id);
  return {
    scriptId: id,
    url: script?.url ?? '',
    line: Number(lineNumber),
    column: Number(columnNumber ?? 0),
    isModule: script?.isModule === true,
  };
}

/** V8 gives `[[Scopes]]` as an array of `{ description, object }`. */
function readScopes(value: unknown): readonly FunctionScope[] {
  const entries = Array.from(value as ArrayLike<{ readonly description: string; readonly object: object }>);
  return entries.map(({ description, object }) => ({ kind: description, object: object as FunctionScope['object'] }));
}

/** The value itself: handed over by a function that runs on it, since messages carry only descriptions. */
function originalOf(value: RemoteValue): unknown {
  if (value.objectId !== undefined) {
    const { sink, expression } = inspectorSink();
    post('Runtime.callFunctionOn', {
      objectId: value.objectId,
      functionDeclaration: `function () { 'use strict'; ${expression}.out = this }`,
    });
    const original = sink.out;
    sink.out = undefined;
    return original;
  }
  if (value.unserializableValue !== undefined) return readUnserializable(value.unserializableValue);
  return value.subtype === 'null' ? null : value.value;
}

/** Numbers that JSON has no form for, and bigints. */
function readUnserializable(text: string): number | bigint {
  return /^-?\d+n$/.test(text) ? BigInt(text.slice(0, -1)) : Number(text);
}
