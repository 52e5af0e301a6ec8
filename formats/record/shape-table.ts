import { MAX_SHAPES } from './value-tags.ts';

/** A step in the tree of key lists: the list of the keys on the way here is shape number `index`, if not -1. */
interface ShapeStep {
  index: number;
  readonly next: Map<string, ShapeStep>;
}

/** Shapes compared before the tree is searched: most records have one of very few, and comparing is cheap. */
const RECENT = 4;

/** Answers of `ShapeTable.find` that are no shape's number. */
export const NEW_SHAPE = -1;
export const NO_SHAPE = -2;

/** Numbers the different key lists of plain objects in order of first use, as writer and reader of one stream do. */
export class ShapeTable {
  readonly #root: ShapeStep = { index: -1, next: new Map() };
  readonly #recentNames: (readonly string[])[] = [];
  readonly #recentIndexes: number[] = [];
  #replace = 0;
  #count = 0;

  /** The number of this key list; `NEW_SHAPE` when it has just got one, `NO_SHAPE` when the table is full. */
  find(names: readonly string[]): number {
    const recent = this.#recentNames;
    for (let i = 0; i < recent.length; i++) {
      if (sameNames(recent[i] as readonly string[], names)) return this.#recentIndexes[i] as number;
    }
    return this.#search(names);
  }

  #search(names: readonly string[]): number {
    let step = this.#root;
    for (const name of names) {
      let next = step.next.get(name);
      if (next === undefined) {
        if (this.#count >= MAX_SHAPES) return NO_SHAPE;
        next = { index: -1, next: new Map() };
        step.next.set(name, next);
      }
      step = next;
    }
    const known = step.index;
    if (known < 0) {
      if (this.#count >= MAX_SHAPES) return NO_SHAPE;
      step.index = this.#count++;
    }
    this.#recentNames[this.#replace] = names;
    this.#recentIndexes[this.#replace] = step.index;
    this.#replace = (this.#replace + 1) % RECENT;
    return known < 0 ? NEW_SHAPE : known;
  }
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
