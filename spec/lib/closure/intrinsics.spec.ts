import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import {
  intrinsicPath,
  isGlobalName,
  isSameIntrinsic,
  learnRealm,
  readablePath,
  refreshIntrinsics,
  resolveIntrinsic,
  wellKnownSymbolName,
} from '../../../lib/closure/intrinsics.ts';

refreshIntrinsics();
const asyncFunction = (async () => {}).constructor;
const sizeOf = Object.getOwnPropertyDescriptor(Map.prototype, 'size')?.get as object;

describe('intrinsics', () => {
  it.each<[string, object]>([
    ['Math.max', Math.max],
    ['Array.prototype', Array.prototype],
    ['an iterator method', Map.prototype[Symbol.iterator]],
    ['a getter', sizeOf],
    ['what no global names', asyncFunction],
    ['a class of Node', URL],
    ['Buffer', Buffer],
    ['process', process],
    ['globalThis', globalThis],
  ])('have a path that leads back to them: %s', (_name, value) => {
    const path = intrinsicPath(value);
    expect(path).toBeDefined();
    expect(resolveIntrinsic(path as string)).toBe(value);
  });

  it('are nothing of the user', () => {
    expect(intrinsicPath({})).toBeUndefined();
    expect(isGlobalName('Math') && isGlobalName('setTimeout') && !isGlobalName('lodash')).toBe(true);
  });

  it('are none of what a thread has alone', () => {
    const main = process.mainModule;
    if (main !== undefined) expect(intrinsicPath(main)).toBeUndefined();
    expect(intrinsicPath(process.versions)).toBe('process\n.versions');
  });

  it('read well', () => {
    expect(readablePath(intrinsicPath(Math.max) as string)).toBe('Math.max');
    expect(wellKnownSymbolName(Symbol.iterator)).toBe('iterator');
  });

  it('of another realm are the same as ours, once it is known', () => {
    const read = (text: string) => vm.runInContext(text, realm) as object;
    const realm = vm.createContext({ shared: Math, Map: undefined });
    expect(isSameIntrinsic(read('Array.prototype'), Array.prototype)).toBe(false);
    learnRealm(read('globalThis'));
    expect(isSameIntrinsic(read('Array.prototype'), Array.prototype)).toBe(true);
    expect(isSameIntrinsic(read('Array.prototype'), Object.prototype)).toBe(false);
    expect(isSameIntrinsic(read('({})'), read('({})'))).toBe(false);
    expect(intrinsicPath(read('Object.getPrototypeOf(Int8Array)'))).toBe('*TypedArray');
    expect(intrinsicPath(read('globalThis'))).toBe('globalThis');
    expect(intrinsicPath(read('shared'))).toBe('Math');
  });

  it('raise CLOSURE_NOT_REVIVED where this Node has none', () => {
    expect(() => resolveIntrinsic('Math\n.noSuchFunction')).toThrow(/CLOSURE_NOT_REVIVED: Math\.noSuchFunction/);
  });
});
