/**
 * The one place that turns generated source into functions.
 *
 * Constants are bound by position, so that user text never becomes code: it enters as a bound value or as a key
 * through `quoteKey`. Every source ends with a `sourceURL`, so that stacks and profiles name it.
 */
import { CairnError } from './errors.ts';

/** Collects generated source: indentation, fresh names and bound constants. */
export class SourceBuilder {
  readonly #lines: string[] = [];
  readonly #constants: unknown[] = [];
  readonly #names: string[] = [];
  #indent = 0;
  #fresh = 0;

  line(text: string): this {
    this.#lines.push(text === '' ? '' : '  '.repeat(this.#indent) + text);
    return this;
  }

  /** Emits `head {`, the body one level deeper, then `}`. */
  block(head: string, body: () => void, tail = '}'): this {
    this.line(`${head} {`);
    this.#indent++;
    body();
    this.#indent--;
    return this.line(tail);
  }

  /** A name not used before in this source, beginning with `stem`. */
  fresh(stem: string): string {
    return `${stem}${this.#fresh++}`;
  }

  /** Binds a value as a constant of the generated function and gives its name. */
  bind(stem: string, value: unknown): string {
    const name = this.fresh(stem);
    this.#names.push(name);
    this.#constants.push(value);
    return name;
  }

  toString(): string {
    return this.#lines.join('\n');
  }

  /**
   * Compiles the source as the body of a function that must `return` the wanted value.
   * A new closure each time: V8 then treats bound typed arrays as constants of the machine code.
   */
  compile<T>(sourceName: string): T {
    const source = `'use strict';\n${this.toString()}\n//# sourceURL=cairn/${sourceName}.js`;
    return new Function(...this.#names, source)(...this.#constants) as T;
  }
}

/** A property key as source text. `__proto__` is refused: as a literal key it would set the prototype. */
export function quoteKey(key: string): string {
  if (key === '__proto__') {
    throw new CairnError('INTERNAL', { detail: '__proto__ as a literal key in generated code' });
  }
  return JSON.stringify(key).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}
