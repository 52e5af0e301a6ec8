import { describe, expect, it } from 'vitest';
import { ThriftReader } from '../../../formats/parquet/thrift-reader.ts';
import { THRIFT_TYPES, ThriftWriter } from '../../../formats/parquet/thrift-writer.ts';

const { BOOL, I32, I64, LIST, STRING, STRUCT } = THRIFT_TYPES;

const WHERE = { path: 'a.parquet', place: 'a spec' };

describe('ThriftWriter', () => {
  it('writes numbers of either sign up to 2^52, and ids that are far apart', () => {
    const numbers = [0, 1, -1, 63, 64, -65, 2 ** 31 - 1, -(2 ** 31), 2 ** 40, 2 ** 52 - 1, -(2 ** 52) + 1];
    const bytes = new ThriftWriter().bytesOf({
      write: (w) => {
        w.writeStructBegin('');
        numbers.forEach((value, i) => {
          w.writeFieldBegin('', I64, 20 * i + 1);
          w.writeI64(value);
        });
        w.writeFieldStop();
        w.writeStructEnd();
      },
    });
    const r = new ThriftReader(bytes, WHERE, 0);
    r.beginStruct();
    for (const [i, value] of numbers.entries()) {
      expect(r.nextField()).toBe(20 * i + 1);
      expect(r.int()).toBe(value);
    }
    expect(r.nextField()).toBe(0);
  });

  it('puts younger fields at the end of the struct that begins next, not of those inside it', () => {
    const bytes = new ThriftWriter().bytesOf({
      write: (w) => {
        w.extendNext((end) => {
          end.writeFieldBegin('', BOOL, 3);
          end.writeBool(true);
        });
        w.writeStructBegin('outer');
        w.writeFieldBegin('', STRUCT, 1);
        w.writeStructBegin('inner');
        w.writeFieldStop();
        w.writeStructEnd();
        w.writeFieldStop();
        w.writeStructEnd();
      },
    });
    expect([...bytes]).toEqual([0x1c, 0, 0x21, 0]);
  });

  it('writes booleans into the header of their field, and as elements of lists', () => {
    const bytes = new ThriftWriter().bytesOf({
      write: (w) => {
        w.writeStructBegin('');
        w.writeFieldBegin('', BOOL, 1);
        w.writeBool(false);
        w.writeFieldBegin('', LIST, 2);
        w.writeListBegin(BOOL, 2);
        w.writeBool(true);
        w.writeBool(false);
        w.writeListEnd();
        w.writeFieldStop();
        w.writeStructEnd();
      },
    });
    expect([...bytes]).toEqual([0x12, 0x19, 0x21, 1, 2, 0]);
  });

  it('writes text as UTF-8 and bytes as they are, and lists of many', () => {
    const writer = new ThriftWriter();
    const write = (count: number) =>
      writer.bytesOf({
        write: (w) => {
          w.writeStructBegin('');
          w.writeFieldBegin('', STRING, 1);
          w.writeString('é');
          w.writeFieldBegin('', LIST, 2);
          w.writeListBegin(STRING, count);
          for (let i = 0; i < count; i++) w.writeBinary(Uint8Array.of(i));
          w.writeListEnd();
          w.writeFieldBegin('', I32, 3);
          w.writeI32(-5);
          w.writeFieldStop();
          w.writeStructEnd();
        },
      });
    for (const count of [14, 15, 200]) {
      const r = new ThriftReader(write(count), WHERE, 0);
      r.beginStruct();
      r.nextField();
      expect(r.string()).toBe('é');
      r.nextField();
      expect(r.list(() => r.binary()[0])).toEqual(Array.from({ length: count }, (_, i) => i));
      r.nextField();
      expect(r.int()).toBe(-5);
    }
  });
});
