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

  constructor(code: C, params: ErrorParams<C>, options?: { readonly cause?: unknown }) {
    const entry = ERROR_TABLE[code];
    const hint = fill(entry.hint, params);
    super(`${code}: ${fill(entry.message, params)}\n  hint: ${hint}`, options);
    this.code = code;
    this.kind = entry.kind;
    this.params = params;
    this.hint = hint;
  }

  static is<K extends ErrorCode>(error: unknown, code: K): error is CairnError<K> {
    return error instanceof CairnError && error.code === code;
  }
}

function fill(template: string, params: Readonly<Record<string, string | number | bigint>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) =>
    Object.hasOwn(params, name) ? String(params[name]) : whole,
  );
}

/** Plain data that carries an error between threads or into a database, causes included (at most 16 deep). */
export function serializeError(error: unknown, depth = 0): SerializedError {
  if (!(error instanceof Error)) {
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
  return {
    name: error.name,
    message: error.message,
    stack: error.stack,
    code: cairn?.code,
    params: cairn?.params as SerializedError['params'],
    cause: error.cause === undefined || depth >= 16 ? undefined : serializeError(error.cause, depth + 1),
  };
}

/** The inverse of `serializeError`: an error with the same class (ours), message, stack and causes. */
export function deserializeError(data: SerializedError): Error {
  const options = data.cause === undefined ? undefined : { cause: deserializeError(data.cause) };
  const error =
    data.code === undefined
      ? Object.assign(new Error(data.message, options), { name: data.name })
      : new CairnError(data.code, data.params as ErrorParams<ErrorCode>, options);
  if (data.stack !== undefined) error.stack = data.stack;
  return error;
}

/** A short, safe text for a value in a message: never runs user code, at most 80 characters. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value.length > 60
        ? `${JSON.stringify(value.slice(0, 60))}… (${value.length} characters)`
        : JSON.stringify(value);
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
      return `function ${value.name || '(anonymous)'}`;
    default: {
      if (value === null) return 'null';
      if (Array.isArray(value)) return `an array of ${value.length}`;
      const prototype: unknown = Object.getPrototypeOf(value);
      if (prototype === null || prototype === Object.prototype) return 'an object';
      const maker: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
      return typeof maker === 'function' && maker.name !== '' ? `an instance of ${maker.name}` : 'an object';
    }
  }
}

/** The error of a system call as a `CairnError`, by its `code`; other errors of ours pass unchanged. */
export function errorCodeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
