import { describe, expect, it } from 'vitest';
import { travel, travelAll } from '../../support/travel.ts';

describe('Reviver', () => {
  it('closes cycles of objects, functions, classes and instances', async () => {
    class Registry {
      static readonly all = new Map<string, Registry>();
      readonly name: string;
      constructor(name: string) {
        this.name = name;
      }
      others() {
        return [...known.values()].filter((each) => each !== this && each instanceof Registry).map((each) => each.name);
      }
    }
    const known = new Map([
      ['a', new Registry('a')],
      ['b', new Registry('b')],
    ]);
    expect((await travel(() => known.get('a')?.others()))()).toEqual(['b']);
  });

  it('fills what static blocks read, deep down, before they run', async () => {
    const config = { deep: [{ limit: 4 }] };
    const read = () => config.deep[0]?.limit ?? 0;
    class Settings {
      static readonly limit: number;
      static {
        Reflect.set(Settings, 'limit', read() * 10);
      }
      of() {
        return Settings.limit;
      }
    }
    const instance = new Settings();
    expect((await travel(() => [instance.of(), new Settings().of()]))()).toEqual([40, 40]);
  });

  it('gives every packet its own copy of the state of helpers', async () => {
    let n = 0;
    const next = () => ++n;
    const task = () => next();
    const [first] = await travelAll([task]);
    const [second] = await travelAll([task]);
    expect([first(), first(), second(), n]).toEqual([1, 2, 1, 0]);
  });
});
