import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  CairnError,
  describeValue,
  deserializeError,
  errorCodeOf,
  firstFailure,
  isError,
  type SerializedError,
  serializeError,
} from '../../../lib/base/errors.ts';

describe('CairnError', () => {
  it('fills the placeholders of message and hint, and says the next step', () => {
    const error = new CairnError('UNKNOWN_OPTION', { option: 'memroy', suggestion: "did you mean 'memory'?" });
    expect(error.message).toBe("UNKNOWN_OPTION: there is no option 'memroy'\n  hint: did you mean 'memory'?");
    expect(error).toMatchObject({ name: 'CairnError', kind: 'user', hint: "did you mean 'memory'?" });
  });

  it('takes parameters literally, whatever they look like', () => {
    const error = new CairnError('FILE_NOT_FOUND', { path: '{path} $& {constructor}' });
    expect(error.message).toContain('{path} $& {constructor} does not exist');
  });

  it('is told apart by its code', () => {
    const error: unknown = new CairnError('INTERNAL', { detail: 'x' });
    expect(CairnError.is(error, 'INTERNAL')).toBe(true);
    expect(CairnError.is(error, 'IO_ERROR')).toBe(false);
    expect(CairnError.is(new Error('INTERNAL'), 'INTERNAL')).toBe(false);
  });

  it('asks for exactly the parameters of its code', () => {
    // @ts-expect-error the path is missing
    expect(new CairnError('FILE_NOT_FOUND', {}).message).toContain('{path} does not exist');
  });
});

describe('serializeError and deserializeError', () => {
  it('keep code, parameters, message, stack and all causes through a structured clone', () => {
    const root = Object.assign(new TypeError('bad row'), { stack: 'TypeError: bad row\n    at job.ts:14' });
    const middle = new CairnError('IO_ERROR', { operation: 'read', path: '/x', reason: 'EIO' }, { cause: root });
    const error = new CairnError('CORRUPT_DATA', { offset: 7n, expected: 1, found: 'two' }, { cause: middle });

    const again = deserializeError(structuredClone(serializeError(error)));

    expect(again).toBeInstanceOf(CairnError);
    expect(again).toMatchObject({ code: 'CORRUPT_DATA', kind: 'corruption', params: error.params, stack: error.stack });
    expect(again.message).toBe(error.message);
    const cause = again.cause as CairnError;
    expect(cause).toMatchObject({ code: 'IO_ERROR', kind: 'transient', stack: middle.stack });
    expect(cause.cause).toMatchObject({ name: 'TypeError', message: 'bad row', stack: root.stack });
  });

  it('carry whatever was thrown', () => {
    expect(deserializeError(serializeError('boom')).message).toBe('thrown value: "boom"');
    expect(deserializeError(serializeError(undefined)).message).toBe('thrown value: undefined');
    expect(deserializeError(serializeError({ code: 1 })).message).toBe('thrown value: an object');
    const foreign: unknown = runInNewContext("new RangeError('elsewhere')");
    expect(deserializeError(serializeError(foreign))).toMatchObject({ name: 'RangeError', message: 'elsewhere' });
  });

  it('stop at 16 causes, so that a circle of causes ends', () => {
    const error = new Error('round');
    error.cause = error;
    let depth = 0;
    for (let at: SerializedError | undefined = serializeError(error); at !== undefined; at = at.cause) depth++;
    expect(depth).toBe(17);
  });

  it('survive errors with hostile properties', () => {
    class Hostile extends Error {
      override get message(): string {
        throw new TypeError('no');
      }
      override get cause(): unknown {
        throw new TypeError('no');
      }
    }
    const odd = Object.assign(new Error('odd'), { name: 5 });
    expect(serializeError(new Hostile())).toMatchObject({ name: 'Error', message: '', cause: undefined });
    expect(serializeError(odd)).toMatchObject({ name: '5', message: 'odd' });
  });

  it('read a code of another release as a plain error with its message', () => {
    const data = { ...serializeError(new CairnError('INTERNAL', { detail: 'x' })), code: 'constructor' };
    const again = deserializeError(data as unknown as SerializedError);
    expect(again).not.toBeInstanceOf(CairnError);
    expect(again.message).toBe(
      `INTERNAL: internal error: x\n  hint: ${new CairnError('INTERNAL', { detail: '' }).hint}`,
    );
  });
});

describe('describeValue', () => {
  class Database {
    readonly handle = 1;
    static name(): string {
      throw new TypeError('never called');
    }
  }

  it.each([
    [-0, '-0'],
    [Number.NaN, 'NaN'],
    [12n, '12n'],
    ['a\u0000"', '"a\\u0000\\""'],
    [null, 'null'],
    [undefined, 'undefined'],
    [Symbol('s'), 'a symbol'],
    [[1, 2], 'an array of 2'],
    [{}, 'an object'],
    [Object.create(null), 'an object'],
    [new Map(), 'an instance of Map'],
    [new Database(), 'an object'],
    [() => 1, 'function (anonymous)'],
    [function named() {}, 'function named'],
    [Proxy.revocable({}, {}).proxy, 'a proxy'],
  ])('describes %o', (value, text) => {
    expect(describeValue(value)).toBe(text);
  });

  it('runs no code of the value', () => {
    const trap = () => {
      throw new TypeError('never called');
    };
    const value = { toString: trap, [Symbol.toPrimitive]: trap, toJSON: trap };
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    expect(describeValue(value)).toBe('an object');
    expect(describeValue(revoked.proxy)).toBe('a proxy');
    expect(describeValue(Object.create(new Proxy({}, { get: trap, getOwnPropertyDescriptor: trap })))).toBe(
      'an object',
    );
  });

  it('stays within 80 characters', () => {
    const long = 'x'.repeat(1000);
    const values = [
      long,
      '\u0000'.repeat(60),
      '\u0000'.repeat(61),
      10n ** 500n,
      Object.assign(() => 1, {}),
      { [long]: 1 },
    ];
    Object.defineProperty(values[4], 'name', { value: long });
    for (const value of values) expect(describeValue(value).length).toBeLessThanOrEqual(80);
    expect(describeValue(long)).toContain('(1000 characters)');
  });
});

describe('errorCodeOf', () => {
  it('gives the code of a system call, and nothing else', () => {
    expect(errorCodeOf(Object.assign(new Error('gone'), { code: 'ENOENT' }))).toBe('ENOENT');
    expect(errorCodeOf(Object.assign(new Error('gone'), { code: 5 }))).toBeUndefined();
    expect(errorCodeOf({ code: 'ENOENT' })).toBeUndefined();
  });
});

describe('isError', () => {
  it('knows errors of other realms and of other makers, and touches no proxy', () => {
    expect(isError(new TypeError('x'))).toBe(true);
    expect(isError(new DOMException('x'))).toBe(true);
    expect(isError(runInNewContext('new Error("x")'))).toBe(true);
    expect(isError({ message: 'x', stack: 'y' })).toBe(false);
    const traps = { getPrototypeOf: (): never => expect.fail('asked') };
    expect(isError(new Proxy(new Error('x'), traps))).toBe(false);
  });
});

describe('firstFailure', () => {
  const failOnClose = {
    [Symbol.dispose]() {
      throw new CairnError('IO_ERROR', { operation: 'close', path: '/f', reason: 'EIO' });
    },
  };
  const thrownBy = (action: () => void): unknown => {
    try {
      action();
      return undefined;
    } catch (error) {
      return error;
    }
  };

  it('finds the error behind those of closing', () => {
    const first = new CairnError('FILE_NOT_FOUND', { path: '/f' });
    const thrown = thrownBy(() => {
      using _outer = failOnClose;
      using _inner = failOnClose;
      throw first;
    });
    expect(thrown).not.toBeInstanceOf(CairnError);
    expect(firstFailure(thrown)).toBe(first);
  });

  it("leaves users' errors as they are, also those behind an error of closing", () => {
    const plain = new RangeError('theirs');
    expect(firstFailure(plain)).toBe(plain);
    expect(firstFailure('text')).toBe('text');
    const thrown = thrownBy(() => {
      using _handle = failOnClose;
      throw plain;
    });
    expect(firstFailure(thrown)).toBe(thrown);
  });
});
