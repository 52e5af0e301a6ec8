import { AsyncLocalStorage } from 'node:async_hooks';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { capture } from '../../../lib/closure/capture.ts';
import { DRIVER_ONLY } from '../../../lib/closure/well-known.ts';
import { travel } from '../../support/travel.ts';

/** Closed by the time that it is captured: it is a handle all the same. */
async function handleOfFile(): Promise<object> {
  const handle = await open(import.meta.filename);
  await handle.close();
  return handle;
}

function streamOfFile(): object {
  return createReadStream(import.meta.filename).destroy();
}

const refusals: readonly (readonly [name: string, value: unknown, message: RegExp, hint: RegExp])[] = [
  ['a WeakMap', new WeakMap(), /captures 'value' -> WeakMap \(WeakMap cannot be copied/, /Map or Set/],
  ['a promise', Promise.resolve(1), /Promise cannot be copied/, /await it/],
  ['a proxy', new Proxy({}, {}), /-> Proxy \(a Proxy cannot be copied\)/, /behind the proxy/],
  ['an array iterator', [1].values(), /iterator cannot be copied/, /\[\.\.\.iterator\]/],
  ['a map iterator', new Map().keys(), /iterator cannot be copied/, /\[\.\.\.iterator\]/],
  [
    'arguments',
    (function () {
      // biome-ignore lint/complexity/noArguments: it is what the case is about
      return arguments;
    })(),
    /arguments object cannot be copied/,
    /rest parameters/,
  ],
  [
    'a driver object',
    { [DRIVER_ONLY]: 'Session' },
    /driver-only: a Session cannot be used inside a task/,
    /collect\(\)/,
  ],
  ['a weak reference', new WeakRef({}), /WeakRef objects cannot be copied/, /perWorker/],
  ['a server', createServer(), /Server \(node:http handle or object of this process\)/, /perWorker/],
  ['a stream', new Readable(), /Readable \(node:stream handle/, /perWorker/],
  ['async storage', new AsyncLocalStorage(), /AsyncLocalStorage \(node:async_hooks handle/, /perWorker/],
  ['a registry', new FinalizationRegistry(() => {}), /FinalizationRegistry objects cannot be copied/, /perWorker/],
  ['a web stream', new ReadableStream(), /ReadableStream/, /perWorker/],
  [
    'a reader of a web stream',
    new ReadableStream().getReader(),
    /ReadableStreamDefaultReader \(a Node\.js/,
    /perWorker/,
  ],
  ['a file handle', await handleOfFile(), /FileHandle \(a Node\.js node:internal\/fs\/promises object/, /perWorker/],
  ['a stream of a file', streamOfFile(), /ReadStream \(a Node\.js node:internal\/fs\/streams object/, /perWorker/],
  ['a database', new Database(':memory:'), /captures 'value' -> Database/, /const value = perWorker/],
  ['an abort signal', new AbortController().signal, /AbortSignal/, /perWorker/],
];

describe('an object', () => {
  it.each(refusals)('is refused when it is %s', async (_name, value, message, hint) => {
    const error = await capture([() => value]).then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(error?.message).toMatch(message);
    expect(error).toHaveProperty('hint', expect.stringMatching(hint));
  });

  it('keeps every primitive', async () => {
    const values = [
      undefined,
      null,
      true,
      0,
      -0,
      1.5,
      Number.NaN,
      Number.NEGATIVE_INFINITY,
      2 ** 40,
      -7n,
      '\ud800',
      '',
    ];
    expect((await travel(() => values))()).toEqual(values);
  });

  it('keeps a key called __proto__ as a property', async () => {
    const object = JSON.parse('{ "__proto__": { "polluted": true }, "a": 1 }') as Record<string, unknown>;
    const copy = (await travel(() => object))();
    expect(Object.getOwnPropertyNames(copy)).toEqual(['__proto__', 'a']);
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(copy).not.toHaveProperty('polluted');
  });

  it('keeps cycles and shared parts', async () => {
    const shared = { n: 1 };
    const object: Record<string, unknown> = { a: shared, b: [shared] };
    object.self = object;
    const copy = (await travel(() => object))() as { a: object; b: object[]; self: object };
    expect(copy.self).toBe(copy);
    expect(copy.b[0]).toBe(copy.a);
  });

  it('runs no getter', async () => {
    let runs = 0;
    const object = {
      get value() {
        runs++;
        return 1;
      },
    };
    await capture([() => Object.keys(object)], { mutableCaptures: 'copy' });
    expect(runs).toBe(0);
  });

  it('takes extra properties of arrays along', async () => {
    const array: unknown[] & { extra?: string } = [1, 2];
    array.extra = 'e';
    const copy = (await travel(() => array))();
    expect([copy.length, copy.extra]).toEqual([2, 'e']);
  });
});
