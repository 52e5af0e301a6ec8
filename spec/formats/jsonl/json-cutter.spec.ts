import { describe, expect, it } from 'vitest';
import { isDeeper, JsonCutter, mayHoldLongInteger } from '../../../formats/jsonl/json-cutter.ts';

/** The records of a text that comes in pieces. */
function cut(text: string, step: number): string[] {
  const bytes = Buffer.from(text);
  const cutter = new JsonCutter();
  const found: string[] = [];
  let from = 0;
  for (let to = step; ; to += step) {
    const end = Math.min(to, bytes.length);
    while (cutter.find(bytes, from, end, end === bytes.length)) {
      found.push(bytes.toString('utf8', cutter.start, cutter.end));
      from = cutter.next;
    }
    from = cutter.next;
    if (end === bytes.length) return found;
  }
}

describe('JsonCutter', () => {
  it.each([
    ['[{"a":1},{"b":[2]}]', ['{"a":1}', '{"b":[2]}']],
    [' [ 1 , "a,]" , null ] ', ['1', '"a,]"', 'null']],
    ['{"a":"}"} {"b":"\\"}"}\n3', ['{"a":"}"}', '{"b":"\\"}"}', '3']],
    ['[]', []],
    ['', []],
    ['[[1],[2]]', ['[1]', '[2]']],
    ['{"a":"x\\\\"}{"b":1}', ['{"a":"x\\\\"}', '{"b":1}']],
    ['[1] 2', ['1', '2']],
    ['{"a":', ['{"a":']],
    ['"abc', ['"abc']],
    [']', [']']],
    ['{} , {}', ['{}', ',', '{}']],
  ])('cuts %j wherever it is interrupted', (text, records) => {
    for (const step of [1, 2, 3, 5, 100]) {
      const found = cut(text, step);
      expect(found, `in steps of ${step}`).toEqual(records);
    }
  });
});

describe('mayHoldLongInteger', () => {
  it('sees every integer of 16 digits, and few other digits', () => {
    const holds = (text: string): boolean => mayHoldLongInteger(Buffer.from(text), 0, Buffer.byteLength(text));
    for (let pad = 0; pad < 40; pad++) {
      const blanks = ' '.repeat(pad);
      for (const integer of ['1234567890123456', '-12345678901234567890']) {
        expect(holds(`{"a":${blanks}${integer}}`)).toBe(true);
        expect(holds(`[${blanks}1,${integer}${blanks}]`)).toBe(true);
      }
      expect(holds(`{"a":${blanks}123456789012345}`)).toBe(false);
      expect(holds(`{"a":${blanks}0.1234567890123456789}`)).toBe(false);
      expect(holds(`{"a":${blanks}"12345678901234567890"}`)).toBe(false);
    }
    expect(holds('12345678901234567')).toBe(true);
  });
});

describe('isDeeper', () => {
  it('counts brackets that are open, not those in strings', () => {
    const deeper = (text: string, most: number): boolean => isDeeper(Buffer.from(text), 0, text.length, most);
    expect(deeper('[[[]]]', 3)).toBe(false);
    expect(deeper('[[[]]]', 2)).toBe(true);
    expect(deeper('[{"a":[]},[]]', 3)).toBe(false);
    expect(deeper('["[[[[\\"[[["]', 1)).toBe(false);
  });
});
