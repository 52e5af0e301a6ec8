import { describe, expect, it } from 'vitest';
import { messageOfBlock, messagesOfStream, openArrow } from '../../../formats/arrow/arrow-file.ts';
import { field } from '../../../formats/schema/data-type.ts';
import { sampleBytes } from '../../support/arrow-samples.ts';
import { ByteArraySource } from '../../support/byte-source.ts';
import { writeArrowRows } from '../../support/write-arrow.ts';

const open = (bytes: Uint8Array) => openArrow(new ByteArraySource(bytes, 'a.arrow'));
const SCHEMA = { fields: [field('id', { kind: 'int', bits: 32, signed: true })] };

describe('openArrow', () => {
  it('knows files and streams by their beginnings', () => {
    expect(open(sampleBytes('file')).footer?.batches).toHaveLength(1);
    const stream = open(sampleBytes('stream'));
    expect(stream.footer).toBeUndefined();
    expect([...messagesOfStream(stream)].map(({ message }) => message.kind)).toEqual(['dictionary', 'batch']);
    expect(stream.schema).toEqual(open(sampleBytes('file')).schema);
  });

  it('reads of a file its beginning and its end, however long it is', () => {
    const rows = Array.from({ length: 50_000 }, (_, id) => ({ id }));
    const source = new ByteArraySource(writeArrowRows(SCHEMA, [rows, rows]), 'a.arrow');
    openArrow(source);
    expect(source.reads).toEqual([
      { position: 0, length: 8 },
      { position: source.sizeBytes() - 16_384, length: 16_384 },
    ]);
  });

  it('reads a footer that is longer than what it reads first', () => {
    const batches = Array.from({ length: 1500 }, (_, id) => [{ id }]);
    const file = open(writeArrowRows(SCHEMA, batches));
    expect(file.footer?.batches).toHaveLength(1500);
    const { message } = messageOfBlock(file, file.footer?.batches[1499] as never, 'batch');
    expect(message.kind === 'batch' && message.batch.rowCount).toBe(1);
  });

  it('reads streams of before version 0.15, without the mark before lengths', () => {
    const current = Buffer.from(sampleBytes('stream'));
    const messages: Buffer[] = [];
    for (let at = 0; at + 8 < current.length; ) {
      const length = current.readInt32LE(at + 4);
      const body = at === 0 ? 0 : undefined;
      const [found] =
        body === 0 ? [] : [...messagesOfStream(open(current))].filter(({ bodyAt }) => bodyAt === at + 8 + length);
      const end = at + 8 + length + (found?.message.bodyLength ?? 0);
      messages.push(current.subarray(at + 4, end));
      at = end;
    }
    const old = open(Buffer.concat([...messages, Buffer.alloc(4)]));
    expect([...messagesOfStream(old)]).toHaveLength(2);
  });

  it('refuses what is none, and what is an older one', () => {
    expect(() => open(Buffer.from('FEA1 and so on, and on'))).toThrow(/ARROW_UNSUPPORTED.*Feather 2/s);
    for (const bytes of ['', 'x', 'ARROW1', 'ARROW1\0\0'.repeat(3), 'PAR1 something else entirely', '\0\0\0\0']) {
      expect(() => open(Buffer.from(bytes)), bytes).toThrow(/ARROW_CORRUPT/);
    }
    const sound = Buffer.from(sampleBytes('file'));
    sound.writeInt32LE(sound.length, sound.length - 10);
    expect(() => open(sound)).toThrow(/ARROW_CORRUPT.*the footer/s);
  });

  it('refuses blocks that are none', () => {
    const file = open(sampleBytes('file'));
    const block = file.footer?.batches[0] as never as { offset: number; metadataLength: number; bodyLength: number };
    expect(() => messageOfBlock(file, block, 'dictionary')).toThrow(/ARROW_CORRUPT.*a dictionary/s);
    expect(() => messageOfBlock(file, { ...block, offset: file.sizeBytes }, 'batch')).toThrow(/ARROW_CORRUPT/);
    expect(() => messageOfBlock(file, { ...block, offset: 2 ** 50 }, 'batch')).toThrow(/ARROW_CORRUPT/);
  });
});
