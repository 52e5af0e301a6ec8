import { Dictionary, Int8, RecordBatchStreamWriter, Table, Utf8, vectorFromArray } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import type { FoundMessage } from '../../../formats/arrow/arrow-file.ts';
import { Dictionaries } from '../../../formats/arrow/dictionaries.ts';
import type { ArrowField, ArrowType } from '../../../formats/arrow/metadata.ts';
import { arrowField, type BatchParts, bodyOf, PLACE } from '../../support/arrow-columns.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import { readArrow } from '../../support/read-arrow.ts';
import { vectorValues } from '../../support/vector-values.ts';

const TEXT: ArrowType = { kind: 'bytes', isText: true, lengths: 'offsets32' };
const FIELD = arrowField(TEXT, [], { dictionary: { id: 7n, bits: 8, signed: true } });

/** Messages of one source, one after another. */
class Messages {
  readonly #chunks: Buffer[] = [];

  add(isDelta: boolean, parts: BatchParts, id = 7n): FoundMessage {
    const { header } = bodyOf(parts);
    const bodyAt = Buffer.concat(this.#chunks).length;
    for (const each of parts.buffers) {
      const bytes = Buffer.from(each.buffer, each.byteOffset, each.byteLength);
      this.#chunks.push(bytes, Buffer.alloc(Math.ceil(bytes.length / 8) * 8 - bytes.length));
    }
    const bodyLength = Buffer.concat(this.#chunks).length - bodyAt;
    return { message: { kind: 'dictionary', id, isDelta, batch: header, bodyLength }, bodyAt, where: PLACE };
  }

  source(): ByteArraySource {
    return new ByteArraySource(Buffer.concat(this.#chunks), 'a.arrow');
  }
}

const texts = (...values: string[]): BatchParts => {
  const offsets = [0];
  for (const value of values) offsets.push((offsets.at(-1) as number) + value.length);
  const buffers = [new Uint8Array(), Int32Array.from(offsets), new Uint8Array(Buffer.from(values.join('')))];
  return { nodes: [[values.length, 0]], buffers };
};

describe('dictionaries', () => {
  it('are added to, and replaced', () => {
    const messages = new Messages();
    const [first, more, other] = [
      messages.add(false, texts('a', 'b')),
      messages.add(true, texts('ccc')),
      messages.add(false, texts('z')),
    ];
    const dictionaries = new Dictionaries(messages.source());
    const valuesNow = () => vectorValues(dictionaries.values(7n, FIELD, PLACE));
    expect(valuesNow()).toEqual([]);
    dictionaries.add(first);
    expect(valuesNow()).toEqual(['a', 'b']);
    const once = dictionaries.values(7n, FIELD, PLACE);
    expect(dictionaries.values(7n, FIELD, PLACE)).toBe(once);
    dictionaries.add(more);
    expect(valuesNow()).toEqual(['a', 'b', 'ccc']);
    dictionaries.add(other);
    expect(valuesNow()).toEqual(['z']);
  });

  it('of other values are whole, or not read', () => {
    const messages = new Messages();
    const numbers: BatchParts = { nodes: [[2, 0]], buffers: [new Uint8Array(), Int32Array.of(5, 6)] };
    const [first, more] = [messages.add(false, numbers), messages.add(true, numbers)];
    const field = { ...FIELD, type: { kind: 'int', bits: 32, signed: true } } as const;
    const dictionaries = new Dictionaries(messages.source());
    dictionaries.add(first);
    expect(vectorValues(dictionaries.values(7n, field, PLACE))).toEqual([5, 6]);
    dictionaries.add(more);
    expect(() => dictionaries.values(7n, field, PLACE)).toThrow(/ARROW_UNSUPPORTED.*whole dictionaries/s);
  });

  it('do not go around in circles', () => {
    const messages = new Messages();
    const inner: ArrowField = arrowField(TEXT, [], { dictionary: { id: 7n, bits: 8, signed: true } });
    const list: ArrowField = {
      ...arrowField({ kind: 'list', lengths: 'offsets32' }, [inner]),
      dictionary: { id: 7n, bits: 8, signed: true },
    };
    const buffers = [new Uint8Array(), Int32Array.of(0, 1), new Uint8Array(), Uint8Array.of(0)];
    const dictionaries = new Dictionaries(messages.source());
    const found = messages.add(false, {
      nodes: [
        [1, 0],
        [1, 0],
      ],
      buffers,
    });
    const own = new Dictionaries(messages.source());
    own.add(found);
    expect(() => own.values(7n, list, PLACE)).toThrow(/ARROW_CORRUPT.*itself/s);
    expect(vectorValues(dictionaries.values(7n, list, PLACE))).toEqual([]);
  });

  it('of streams may be others for each batch', () => {
    const writer = new RecordBatchStreamWriter();
    const type = new Dictionary(new Utf8(), new Int8(), 1);
    const table = (values: (string | null)[]) => new Table({ x: vectorFromArray(values, type) });
    const bytes = writer
      .writeAll(table(['a', 'b', null]).concat(table(['c', 'a', 'c'])))
      .finish()
      .toUint8Array(true);
    expect(readArrow(bytes).get('x')?.values).toEqual(['a', 'b', null, 'c', 'a', 'c']);
  });
});
