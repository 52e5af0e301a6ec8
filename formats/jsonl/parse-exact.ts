/**
 * JSON with integers that no double holds as bigints. For records that may have such: `JSON.parse` rounds them before
 * anyone can see it. Otherwise it gives what `JSON.parse` gives, and refuses what that refuses.
 */
export function parseExact(text: string): unknown {
  return new ExactParser(text).parse();
}

/** What a text that is no JSON makes `parseExact` give. */
export const NOT_JSON = Symbol('not JSON');

const NUMBER = /-?(?:0|[1-9]\d*)(?:(\.\d+(?:[eE][+-]?\d+)?|[eE][+-]?\d+))?/y;
const BLANKS = /[ \t\n\r]*/y;

/** Depth is bounded by who calls: see `isDeeper`. */
class ExactParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): unknown {
    const value = this.#value();
    if (value === NOT_JSON) return NOT_JSON;
    this.#skip();
    return this.#at === this.#text.length ? value : NOT_JSON;
  }

  #skip(): void {
    BLANKS.lastIndex = this.#at;
    BLANKS.test(this.#text);
    this.#at = BLANKS.lastIndex;
  }

  #value(): unknown {
    this.#skip();
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object();
      case '[':
        return this.#array();
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #word(word: string, value: unknown): unknown {
    if (!this.#text.startsWith(word, this.#at)) return NOT_JSON;
    this.#at += word.length;
    return value;
  }

  #number(): unknown {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (match === null) return NOT_JSON;
    this.#at = NUMBER.lastIndex;
    const value = Number(match[0]);
    return match[1] === undefined && !Number.isSafeInteger(value) ? BigInt(match[0]) : value;
  }

  #string(): unknown {
    let end = this.#text.indexOf('"', this.#at + 1);
    while (end >= 0 && this.#isEscaped(end)) end = this.#text.indexOf('"', end + 1);
    if (end < 0) return NOT_JSON;
    try {
      const value: unknown = JSON.parse(this.#text.slice(this.#at, end + 1));
      this.#at = end + 1;
      return value;
    } catch {
      return NOT_JSON;
    }
  }

  #isEscaped(at: number): boolean {
    let start = at;
    while (this.#text[start - 1] === '\\') start--;
    return (at - start) % 2 === 1;
  }

  #array(): unknown {
    const items: unknown[] = [];
    this.#at++;
    this.#skip();
    if (this.#take(']')) return items;
    for (;;) {
      const item = this.#value();
      if (item === NOT_JSON) return NOT_JSON;
      items.push(item);
      this.#skip();
      if (this.#take(']')) return items;
      if (!this.#take(',')) return NOT_JSON;
    }
  }

  #object(): unknown {
    const fields: Record<string, unknown> = {};
    this.#at++;
    this.#skip();
    if (this.#take('}')) return fields;
    for (;;) {
      this.#skip();
      const name = this.#text[this.#at] === '"' ? this.#string() : NOT_JSON;
      this.#skip();
      if (typeof name !== 'string' || !this.#take(':')) return NOT_JSON;
      const value = this.#value();
      if (value === NOT_JSON) return NOT_JSON;
      // As `JSON.parse` does it: an own property, whatever its name; of equal names the last one counts.
      if (name === '__proto__') {
        Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true });
      } else {
        fields[name] = value;
      }
      this.#skip();
      if (this.#take('}')) return fields;
      if (!this.#take(',')) return NOT_JSON;
    }
  }

  #take(sign: string): boolean {
    if (this.#text[this.#at] !== sign) return false;
    this.#at++;
    return true;
  }
}
