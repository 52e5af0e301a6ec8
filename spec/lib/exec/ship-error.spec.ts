import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { registerRecordClass, unregisterRecordClass } from '../../../formats/record/record-class.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { receiveError, shipError } from '../../../lib/exec/ship-error.ts';
import { travel as travelFunction } from '../../support/travel.ts';

const travel = (error: unknown): unknown => receiveError(structuredClone(shipError(error)));

describe('an error on its way to the driver', () => {
  it('is ours with code, kind, parameters, stack and cause', () => {
    const cause = new TypeError('bad');
    const error = new CairnError('IO_ERROR', { operation: 'read', path: '/x', reason: 'r' }, { cause, kind: 'user' });
    error.stack = `${error.name}: ${error.message}\n    at job (/nowhere/job.js:3:4)`;
    const found = travel(error) as CairnError;
    expect(found).toBeInstanceOf(CairnError);
    expect(found).toMatchObject({ code: 'IO_ERROR', kind: 'user', params: error.params, hint: error.hint });
    expect(found.message).toBe(error.message);
    expect(found.stack).toBe(error.stack);
    expect(found.cause).toBeInstanceOf(TypeError);
    expect(found.cause).toEqual(cause);
  });

  it.each([Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError])(
    'keeps its class: %o',
    (maker) => {
      const found = travel(new maker('text')) as Error;
      expect(Object.getPrototypeOf(found)).toBe(maker.prototype);
      expect(found).toMatchObject({ name: maker.name, message: 'text' });
    },
  );

  it('keeps the parts of an AggregateError, which are any values', () => {
    const found = travel(new AggregateError([new RangeError('a'), 'b', { c: 1 }], 'all')) as AggregateError;
    expect(found).toBeInstanceOf(AggregateError);
    expect(found.message).toBe('all');
    expect(found.errors).toEqual([new RangeError('a'), 'b', { c: 1 }]);
    expect(Object.keys(found)).toEqual([]);
  });

  it('keeps that something was aborted', () => {
    const found = travel(new DOMException('stop', 'AbortError'));
    expect(found).toBeInstanceOf(DOMException);
    expect(found).toMatchObject({ name: 'AbortError', message: 'stop' });
  });

  it("keeps name and properties of a user's class, under the nearest class of the language", () => {
    class HttpError extends TypeError {
      override readonly name = 'HttpError';
      readonly status = 404;
      readonly headers = { etag: 'x' };
      readonly socket = () => {};
    }
    const found = travel(new HttpError('gone')) as HttpError;
    expect(found).toBeInstanceOf(TypeError);
    expect(found).toMatchObject({ name: 'HttpError', message: 'gone', status: 404, headers: { etag: 'x' } });
    expect(found).not.toHaveProperty('socket');
    expect(found.stack).toContain('ship-error.spec.ts');
  });

  it('is one of a class that is registered, whatever that keeps', () => {
    class Refused extends Error {
      readonly #order: number;
      constructor(order: number) {
        super(`order ${order}`);
        this.#order = order;
      }
      get order(): number {
        return this.#order;
      }
    }
    registerRecordClass<Refused, number>({
      name: 'spec.Refused',
      constructor: Refused,
      toRecord: ({ order }) => order,
      fromRecord: (order) => new Refused(order),
    });
    try {
      const error = new Refused(7);
      error.stack = 'Error: order 7\n    at f (/nowhere/job.js:3:4)';
      const found = travel(new CairnError('TASK_CANCELLED', { task: 1 }, { cause: error })) as Error;
      expect(found.cause).toBeInstanceOf(Refused);
      expect(found.cause).toMatchObject({ order: 7, message: 'order 7', stack: error.stack });
    } finally {
      unregisterRecordClass('spec.Refused');
    }
  });

  it('keeps errors of a kind of their own, as validators have them', () => {
    const listed = Object.assign(new Error('x'), { errors: [{ path: 'a', message: 'm' }] });
    expect(travel(listed)).toHaveProperty('errors', listed.errors);
    expect(Object.keys(travel(listed) as Error)).toEqual(['errors']);
    const named = Object.assign(new Error('x'), { errors: { a: 'm' } });
    expect(travel(named)).toHaveProperty('errors', named.errors);
  });

  it('keeps the code of a system error', () => {
    const error = Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT', errno: -2 });
    expect(travel(error)).toMatchObject({ code: 'ENOENT', errno: -2 });
  });

  it.each([undefined, null, 0, 'text', 5n, { code: 7 }, [1, 2]])(
    'is the value where no error was thrown: %o',
    (thrown) => {
      expect(travel(thrown)).toEqual(thrown);
      expect((travel(new Error('x', { cause: thrown })) as Error).cause).toEqual(thrown);
    },
  );

  it('describes what was thrown and cannot travel', () => {
    for (const thrown of [Symbol('s'), () => {}, new WeakMap()]) {
      const found = travel(thrown) as Error;
      expect(found).toBeInstanceOf(Error);
      expect(found.message).toMatch(/^thrown value: /);
    }
  });

  it("leads the user's frames back to the sources, and leaves the engine's", async () => {
    const here = new Error('here');
    const fail = await travelFunction((): never => {
      throw new RangeError('there');
    });
    let thrown: unknown;
    try {
      fail();
    } catch (error) {
      thrown = error;
    }
    const lineOf = (error: unknown): number =>
      Number(/ship-error\.spec\.ts:(\d+):/.exec((error as Error).stack ?? '')?.[1]);
    expect(lineOf(travel(thrown))).toBe(lineOf(here) + 2);
    const engine = `    at drain (${join(import.meta.dirname, '../../../lib/exec/task-runner.ts')}:3:4)`;
    const error = Object.assign(new Error('x'), { stack: `Error: x\n${engine}` });
    expect(travel(error)).toHaveProperty('stack', error.stack);
  });

  it('runs no code of an error, and survives what it does when read', () => {
    const error = new Error('x');
    let ran = 0;
    Object.defineProperty(error, 'later', { get: () => ran++, enumerable: true });
    Object.defineProperty(error, 'cause', { get: () => ran++ });
    Object.defineProperty(error, 'message', {
      get: () => {
        throw new Error('no message');
      },
    });
    expect(travel(error)).toMatchObject({ message: '' });
    expect(ran).toBe(0);
  });

  it('keeps causes 16 deep, and ends where they go round', () => {
    let error: Error = new Error('0');
    for (let i = 1; i < 40; i++) error = new Error(String(i), { cause: error });
    let depth = 0;
    for (let at = travel(error) as Error | undefined; at !== undefined; at = at.cause as Error | undefined) depth++;
    expect(depth).toBe(17);
    const round = new AggregateError([], 'round');
    round.errors = Array.from({ length: 50 }, () => round);
    expect(JSON.stringify(shipError(round)).length).toBeLessThan(200_000);
  });

  it('does not take a key like __proto__ for a prototype', () => {
    const error = Object.defineProperty(new Error('x'), '__proto__', { value: { polluted: 1 }, enumerable: true });
    const found = travel(error) as Error;
    expect(Object.getPrototypeOf(found)).toBe(Error.prototype);
    expect(Object.keys(found)).toEqual(['__proto__']);
  });

  it('leaves out a property that the driver cannot make again', () => {
    class Local {}
    registerRecordClass({
      name: 'only-there',
      constructor: Local,
      toRecord: () => null,
      fromRecord: () => new Local(),
    });
    const shipped = shipError(Object.assign(new RangeError('x'), { kept: 1, lost: new Local(), also: 2 }));
    unregisterRecordClass('only-there');
    const found = receiveError(structuredClone(shipped));
    expect(found).toBeInstanceOf(RangeError);
    expect(Object.entries(found as Error)).toEqual([
      ['kept', 1],
      ['also', 2],
    ]);
  });
});
