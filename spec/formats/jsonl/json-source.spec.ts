import { describe, expect, it } from 'vitest';
import { DEFAULT_JSON_SETTINGS } from '../../../formats/jsonl/json-settings.ts';
import { JsonSource, NoJson } from '../../../formats/jsonl/json-source.ts';
import { SourceStream } from '../../../formats/text/byte-stream.ts';
import { sourceOf } from '../../support/bytes.ts';

function values(text: string, multiLine: boolean, step = 3): unknown[] {
  const stream = new SourceStream(sourceOf(Buffer.from(text), step));
  const source = new JsonSource({ stream, path: 'in.json', atStart: true }, { ...DEFAULT_JSON_SETTINGS, multiLine });
  const found: unknown[] = [];
  for (let value = source.next(); value !== undefined; value = source.next()) {
    found.push(value instanceof NoJson ? `${source.offset}: ${source.text}` : value);
  }
  return found;
}

describe('JsonSource', () => {
  it('gives values of any kind, and where and what is none', () => {
    expect(values('1\n"é"\nnull\n[2]\n{x\n', false)).toEqual([1, 'é', null, [2], '16: {x']);
    expect(values('1 "é" [2] {x}', true)).toEqual([1, 'é', [2], '11: {x}']);
  });

  it('tells once that an array has no end', () => {
    expect(values('[1, 2', true)).toEqual([1, 2, '5: ']);
    expect(values('[', true)).toEqual(['1: ']);
  });
});
