import { types } from 'node:util';
import { ERROR_TABLE, type ErrorCode, type ErrorKind } from './error-table.ts';

type Placeholders<S extends string> = S extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

/** The parameters a code's message and hint ask for. */
export type ErrorParams<C extends ErrorCode> = {
  readonly [Name in Placeholders<(typeof ERROR_TABLE)[C]['message']> | Placeholders<(typeof ERROR_TABLE)[C]['hint']>]:
    | string
    | number
    | bigint;
};

/** What a `CairnError` is made of when it crosses threads or is stored. */
export interface SerializedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly code: ErrorCode | undefined;
  readonly params: Readonly<Record<string, string | number | bigint>> | undefined;
  readonly cause: SerializedError | undefined;
}

/**
 * The one error class of the engine. `code` names what happened, `kind` what it means to a handler, `params` the
 * values in the message, `hint` the next step; `message` ends with the hint.
 */
export class CairnError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'CairnError';
  readonly code: C;
  readonly kind: ErrorKind;
  readonly params: ErrorParams<C>;
  readonly hint: string;

  /** `kind` replaces the table's: for an error that stands for another one. */
  constructor(code: C, params: ErrorParams<C>, options?: { readonly cause?: unknown; readonly kind?: ErrorKind }) {
    const entry = ERROR_TABLE[code];
    const hint = fill(entry.hint, params);
    super(`${code}: ${fill(entry.message, params)}\n  hint: ${hint}`, options);
    this.code = code;
    this.kind = options?.kind ?? entry.kind;
    this.params = params;
    this.hint = hint;
  }

  /** Users throw what they like: a proxy is not asked, whose traps would run, and may throw, where errors are handled. */
  static override [Symbol.hasInstance](value: unknown): value is CairnError {
    return !types.isProxy(value) && Function.prototype[Symbol.hasInstance].call(CairnError, value);
  }

  static is<K extends ErrorCode>(error: unknown, code: K): error is CairnError<K> {
    return error instanceof CairnError && error.code === code;
  }
}

/**
 * Without a regular expression: errors are made, too, where the stack is all but used up, and there V8 ends the process
 * when it has to compile one that this thread has not used before.
 */
function fill(template: string, params: Readonly<Record<string, string | number | bigint>>): string {
  let text = '';
  let at = 0;
  for (let open = template.indexOf('{'); open >= 0; open = template.indexOf('{', at)) {
    const close = template.indexOf('}', open);
    const name = template.slice(open + 1, close);
    const isKnown = close > open && Object.hasOwn(params, name);
    text += isKnown ? template.slice(at, open) + String(params[name]) : template.slice(at, open + 1);
    at = isKnown ? close + 1 : open + 1;
  }
  return text + template.slice(at);
}

/**
 * Plain data that carries an error between threads or into a database, causes included (at most 16 deep). Never
 * throws, whatever was thrown.
 */
export function serializeError(error: unknown, depth = 0): SerializedError {
  if (!isError(error)) {
    return {
      name: 'Error',
      message: `thrown value: ${describeValue(error)}`,
      stack: undefined,
      code: undefined,
      params: undefined,
      cause: undefined,
    };
  }
  const cairn = error instanceof CairnError ? error : undefined;
  const cause = depth < 16 ? read(error, 'cause') : undefined;
  return {
    name: readText(error, 'name') ?? 'Error',
    message: readText(error, 'message') ?? '',
    stack: readText(error, 'stack'),
    code: cairn?.code,
    params: cairn?.params as SerializedError['params'],
    cause: cause === undefined ? undefined : serializeError(cause, depth + 1),
  };
}

/**
 * The inverse of `serializeError`: an error with the same class (ours), message, stack and causes. A code this
 * release does not know, as in the metadata of a later one, gives a plain error with the message.
 */
export function deserializeError(data: SerializedError): Error {
  const options = data.cause === undefined ? undefined : { cause: deserializeError(data.cause) };
  const error =
    data.code === undefined || !Object.hasOwn(ERROR_TABLE, data.code)
      ? Object.assign(new Error(data.message, options), { name: data.name })
      : new CairnError(data.code, (data.params ?? {}) as ErrorParams<ErrorCode>, options);
  if (data.stack !== undefined) error.stack = data.stack;
  return error;
}

/**
 * The error that came first, where closing a file failed after it: `using` then raises a `SuppressedError`, which has
 * no code. Everything else, errors of users' functions included, is given back as it is.
 */
export function firstFailure(error: unknown): unknown {
  let first = error;
  // By its property: the class is not in every release of Node that we run on. No getter of a user's error may run.
  for (;;) {
    const suppressed = types.isNativeError(first) ? Object.getOwnPropertyDescriptor(first, 'suppressed') : undefined;
    if (suppressed === undefined) break;
    first = suppressed.value;
  }
  return first instanceof CairnError ? first : error;
}

/** Errors of other realms (`vm` contexts) are errors too, though not of our `Error`. No code of the value's runs. */
export function isError(value: unknown): value is Error {
  return types.isNativeError(value) || (!types.isProxy(value) && value instanceof Error);
}

/** A property of a user's error, whose getter may throw. */
function read(error: Error, name: 'name' | 'message' | 'stack' | 'cause'): unknown {
  try {
    return error[name];
  } catch {
    return undefined;
  }
}

function readText(error: Error, name: 'name' | 'message' | 'stack'): string | undefined {
  const value = read(error, name);
  return value === undefined || typeof value === 'string' ? value : describeValue(value);
}

const LONGEST_DESCRIPTION = 80;

/** A short, safe text for a value in a message: never runs user code, at most 80 characters. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string' && value.length > 60) {
    return `${clip(JSON.stringify(value.slice(0, 60)), 55)} (${value.length} characters)`;
  }
  return clip(describe(value), LONGEST_DESCRIPTION);
}

function clip(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

function describe(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'bigint':
      return `${value}n`;
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'symbol':
      return 'a symbol';
    case 'function':
      return types.isProxy(value) ? 'a proxy' : `function ${nameOf(value) ?? '(anonymous)'}`;
    default: {
      if (value === null) return 'null';
      if (types.isProxy(value)) return 'a proxy';
      if (Array.isArray(value)) return `an array of ${value.length}`;
      const prototype: unknown = Object.getPrototypeOf(value);
      if (prototype === null || prototype === Object.prototype || types.isProxy(prototype)) return 'an object';
      const maker = nameOf(Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value);
      return maker === undefined ? 'an object' : `an instance of ${maker}`;
    }
  }
}

/** The name of a function unless it is empty, a getter or a static method called `name`. */
function nameOf(maker: unknown): string | undefined {
  if (typeof maker !== 'function' || types.isProxy(maker)) return undefined;
  const name: unknown = Object.getOwnPropertyDescriptor(maker, 'name')?.value;
  return typeof name === 'string' && name !== '' ? name : undefined;
}

/** The `code` of an error, such as the ENOENT of a system call; undefined when it has none. */
export function errorCodeOf(error: unknown): string | undefined {
  return isError(error) && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
