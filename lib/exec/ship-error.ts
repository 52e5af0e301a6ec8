/**
 * Errors on their way to the driver: ours with code, kind and parameters; others with their standard class, name, stack
 * and plain properties; causes and the parts of an `AggregateError` included. What was thrown and is no error travels as
 * the value it is, or as a description. Nothing here throws, whatever was thrown.
 */
import { types } from 'node:util';
import { findClassOf } from '../../formats/record/record-class.ts';
import { decodeValue, encodeValue } from '../../formats/record/value-codec.ts';
import type { ErrorCode, ErrorKind } from '../base/error-table.ts';
import { CairnError, type ErrorParams, isError, serializeError } from '../base/errors.ts';
import { remapStack } from '../closure/source-position.ts';
import { isUserFrame } from '../lineage/call-site.ts';

/** Anything thrown, as plain data. */
export type ShippedError =
  /** The encoded value: of what is no error, or of a class that records may hold; that one has a stack. */
  | { readonly kind: 'value'; readonly bytes: Uint8Array; readonly stack: string | undefined }
  | ({
      readonly kind: 'ours';
      readonly code: ErrorCode;
      readonly errorKind: ErrorKind;
      readonly params: ErrorParams<ErrorCode>;
    } & Common)
  | ({
      readonly kind: 'other';
      /** The nearest class of the language: `TypeError`. */
      readonly className: string;
      readonly name: string;
      readonly message: string;
      /** Of an `AggregateError`, and of others that have such an array. */
      readonly errors: readonly ShippedError[] | undefined;
      /** Own enumerable properties, each encoded; those that cannot be, or cannot be made again, are left out. */
      readonly properties: readonly (readonly [name: string, bytes: Uint8Array])[];
    } & Common);

interface Common {
  readonly stack: string | undefined;
  readonly cause: ShippedError | undefined;
}

const MAX_DEPTH = 16;
/** Errors in one, by way of causes and aggregates. */
const MAX_ERRORS = 200;
const MAX_PROPERTIES = 50;
const MAX_PROPERTY_BYTES = 1024 * 1024;

/** Properties that are told by themselves. */
const TOLD: ReadonlySet<string> = new Set(['name', 'message', 'stack', 'cause']);

/** As plain data, for `receiveError`. */
export function shipError(error: unknown): ShippedError {
  return new ErrorShipper().ship(error, 0);
}

class ErrorShipper {
  #left = MAX_ERRORS;

  ship(error: unknown, depth: number): ShippedError {
    this.#left--;
    if (!isError(error)) return shipThrownValue(error);
    // Of this error alone: getters of a user's error may throw.
    const { name, message, stack } = serializeError(error, MAX_DEPTH);
    const registered = findClassOf(Object.getPrototypeOf(error) as object) && tryEncode(error);
    if (registered !== undefined) return { kind: 'value', bytes: registered, stack };
    const cause = this.#goesOn(depth) ? ownValue(error, 'cause') : undefined;
    const common: Common = { stack, cause: cause === undefined ? undefined : this.ship(cause, depth + 1) };
    if (error instanceof CairnError) {
      const { code, kind, params } = error;
      return { kind: 'ours', code, errorKind: kind, params, ...common };
    }
    const errors = listOfErrors(error);
    return {
      kind: 'other',
      className: classNameOf(error),
      name,
      message,
      errors: errors && this.#shipAll(errors, depth),
      properties: shipProperties(error, errors !== undefined),
      ...common,
    };
  }

  #goesOn(depth: number): boolean {
    return depth < MAX_DEPTH && this.#left > 0;
  }

  #shipAll(errors: readonly unknown[], depth: number): ShippedError[] {
    const shipped: ShippedError[] = [];
    for (const error of errors) {
      if (!this.#goesOn(depth)) break;
      shipped.push(this.ship(error, depth + 1));
    }
    return shipped;
  }
}

function shipThrownValue(value: unknown): ShippedError {
  const bytes = tryEncode(value);
  if (bytes !== undefined) return { kind: 'value', bytes, stack: undefined };
  const { name, message } = serializeError(value);
  const common = { stack: undefined, cause: undefined };
  return { kind: 'other', className: 'Error', name, message, errors: undefined, properties: [], ...common };
}

function shipProperties(error: Error, hasErrors: boolean): readonly (readonly [string, Uint8Array])[] {
  const properties: (readonly [string, Uint8Array])[] = [];
  let left = MAX_PROPERTY_BYTES;
  for (const name of Object.getOwnPropertyNames(error)) {
    // Asked before the property is looked at: a stack is made when it is first read, and that may throw.
    if (TOLD.has(name) || (hasErrors && name === 'errors')) continue;
    const property = Object.getOwnPropertyDescriptor(error, name);
    // An accessor has no value: it is the user's code, and is not run.
    if (property?.enumerable !== true || property.value === undefined) continue;
    const bytes = tryEncode(property.value);
    if (bytes === undefined || bytes.length > left) continue;
    left -= bytes.length;
    properties.push([name, bytes]);
    if (properties.length === MAX_PROPERTIES) break;
  }
  return properties;
}

function listOfErrors(error: Error): readonly unknown[] | undefined {
  const errors = ownValue(error, 'errors');
  return Array.isArray(errors) && !types.isProxy(errors) ? errors : undefined;
}

function tryEncode(value: unknown): Uint8Array | undefined {
  try {
    return encodeValue(value);
  } catch {
    return undefined;
  }
}

/** A property's value, without running a getter. */
function ownValue(error: Error, name: string): unknown {
  return Object.getOwnPropertyDescriptor(error, name)?.value;
}

type Maker = (message: string, name: string) => Error;

/** The language's own classes, and the one that platforms throw when something is aborted. */
const MAKERS: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['Error', (message) => new Error(message)],
  ['EvalError', (message) => new EvalError(message)],
  ['RangeError', (message) => new RangeError(message)],
  ['ReferenceError', (message) => new ReferenceError(message)],
  ['SyntaxError', (message) => new SyntaxError(message)],
  ['TypeError', (message) => new TypeError(message)],
  ['URIError', (message) => new URIError(message)],
  ['AggregateError', (message) => new AggregateError([], message)],
  ['DOMException', (message, name) => new DOMException(message, name)],
]);
const PROTOTYPES: ReadonlyMap<object, string> = new Map<object, string>([
  [Error.prototype, 'Error'],
  [EvalError.prototype, 'EvalError'],
  [RangeError.prototype, 'RangeError'],
  [ReferenceError.prototype, 'ReferenceError'],
  [SyntaxError.prototype, 'SyntaxError'],
  [TypeError.prototype, 'TypeError'],
  [URIError.prototype, 'URIError'],
  [AggregateError.prototype, 'AggregateError'],
  [DOMException.prototype, 'DOMException'],
]);

function classNameOf(error: Error): string {
  for (let at: unknown = error; typeof at === 'object' && at !== null; at = Object.getPrototypeOf(at)) {
    if (types.isProxy(at)) break;
    const name = PROTOTYPES.get(at);
    if (name !== undefined) return name;
  }
  return 'Error';
}

/**
 * The inverse of `shipError`, in the driver: what was thrown, with the user's frames led back to the sources. A class of
 * the user's is the nearest one of the language here, under its own name.
 */
export function receiveError(shipped: ShippedError): unknown {
  if (shipped.kind === 'value') return receiveThrownValue(shipped);
  const cause = shipped.cause === undefined ? undefined : receiveError(shipped.cause);
  const error = shipped.kind === 'ours' ? makeOurs(shipped, cause) : makeOther(shipped, cause);
  if (shipped.stack !== undefined) define(error, 'stack', remapUserFrames(shipped.stack));
  return error;
}

/** `fromRecord` of a registered class is the user's code: what it throws stands for the error it was to make. */
function receiveThrownValue({ bytes, stack }: Extract<ShippedError, { kind: 'value' }>): unknown {
  try {
    const value = decodeValue(bytes);
    if (stack !== undefined && isError(value)) define(value, 'stack', remapUserFrames(stack));
    return value;
  } catch (thrown) {
    return thrown;
  }
}

function makeOurs(shipped: Extract<ShippedError, { kind: 'ours' }>, cause: unknown): Error {
  const { code, params, errorKind: kind } = shipped;
  return new CairnError(code, params, { kind, ...(shipped.cause === undefined ? {} : { cause }) });
}

function makeOther(shipped: Extract<ShippedError, { kind: 'other' }>, cause: unknown): Error {
  const { className, name, message } = shipped;
  const make = MAKERS.get(className) as Maker;
  const error = make(message, name);
  if (error.name !== name) define(error, 'name', name);
  if (shipped.cause !== undefined) define(error, 'cause', cause);
  const { errors } = shipped;
  if (errors !== undefined) define(error, 'errors', errors.map(receiveError), className !== 'AggregateError');
  for (const [key, bytes] of shipped.properties) {
    try {
      define(error, key, decodeValue(bytes), true);
    } catch {
      // Of a class that is not registered here, or whose `fromRecord` throws: the error itself is what matters.
    }
  }
  return error;
}

/** Hidden from `Object.keys`, as the language defines stacks, causes and the like, unless said otherwise. */
function define(error: Error, name: string, value: unknown, enumerable = false): void {
  Object.defineProperty(error, name, { value, writable: true, configurable: true, enumerable });
}

/** Frames of the engine stay as they are: its sources are not where its users look. */
function remapUserFrames(stack: string): string {
  return stack
    .split('\n')
    .map((line) => (isUserFrame(line) ? remapStack(line) : line))
    .join('\n');
}
