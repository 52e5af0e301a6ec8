import { describe, expect, it } from 'vitest';
import { bindTo } from '../../../lib/closure/make-group.ts';
import { travelAll } from '../../support/travel.ts';

describe('a group of functions', () => {
  it('of classes that need each other keeps its classes from one packet to the next', async () => {
    class Tree {
      readonly leaves = [new Leaf(this)];
    }
    class Leaf {
      readonly tree: Tree;
      constructor(tree: Tree) {
        this.tree = tree;
      }
      isIn(tree: unknown) {
        return tree instanceof Tree;
      }
    }
    const [make] = await travelAll([() => new Tree()]);
    const [isTree] = await travelAll([(value: unknown) => value instanceof Tree && value.leaves[0] instanceof Leaf]);
    expect(isTree(make())).toBe(true);
    expect(isTree(new Tree())).toBe(false);
  });

  it('may share a variable that holds one of them', async () => {
    let read = (): string => {
      read = () => 'again';
      return 'first';
    };
    const [task] = await travelAll([() => [read(), read(), read()]]);
    expect(task()).toEqual(['first', 'again', 'again']);
    expect(read()).toBe('first');
  });

  it('gives functions the names they had', async () => {
    const key = Symbol('key');
    const tools = { [key]: () => 1, 'a b': () => 2 };
    const [read] = await travelAll([() => [tools[key].name, tools['a b'].name]]);
    expect(read()).toEqual(['[key]', 'a b']);
  });

  it('binds whatever bind means to the target', () => {
    const target = Object.assign((...args: number[]) => args, { bind: () => 'own' });
    expect((bindTo(target, null, [1]) as (x: number) => number[])(2)).toEqual([1, 2]);
  });
});
