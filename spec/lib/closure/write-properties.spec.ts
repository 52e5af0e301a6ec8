import { describe, expect, it } from 'vitest';
import { simpleProperties } from '../../../lib/closure/write-properties.ts';

describe('simpleProperties', () => {
  it('gives keys and values in their order', () => {
    expect(simpleProperties({ b: 1, a: 2, 1: 3 })).toEqual({ keys: ['1', 'b', 'a'], values: [3, 1, 2] });
  });

  it.each<[string, object]>([
    ['a symbol', { [Symbol.iterator]: 1 }],
    [
      'a getter',
      {
        get a() {
          return 1;
        },
      },
    ],
    ['a hidden property', Object.defineProperty({}, 'a', { value: 1 })],
    ['a key called __proto__', JSON.parse('{ "__proto__": 1 }') as object],
  ])('does not take %s for one', (_name, object) => {
    expect(simpleProperties(object)).toBeUndefined();
  });
});
