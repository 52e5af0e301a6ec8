import { describe, expect, it } from 'vitest';
import { fieldOf } from '../../../formats/arrow/column-type.ts';
import type { ArrowType } from '../../../formats/arrow/metadata.ts';
import { formatType } from '../../../formats/schema/data-type.ts';
import { arrowField } from '../../support/arrow-columns.ts';

const INT = arrowField({ kind: 'int', bits: 32, signed: true });
const textOf = (...parts: Parameters<typeof arrowField>) => formatType(fieldOf(arrowField(...parts), 'a.arrow').type);

describe('types of Arrow columns', () => {
  it.each<readonly [string, ArrowType]>([
    ['uint16', { kind: 'int', bits: 16, signed: false }],
    ['float16', { kind: 'float', bits: 16 }],
    ['decimal(20,2)', { kind: 'decimal', precision: 20, scale: 2, bits: 128 }],
    ['date', { kind: 'date', unit: 'day' }],
    ['timestamp(millis)', { kind: 'date', unit: 'millis' }],
    ['time(millis)', { kind: 'time', unit: 'seconds', bits: 32 }],
    ['time(nanos)', { kind: 'time', unit: 'nanos', bits: 64 }],
    ['timestamp(millis, zone)', { kind: 'timestamp', unit: 'seconds', withZone: true }],
    ['timestamp(nanos)', { kind: 'timestamp', unit: 'nanos', withZone: false }],
    ['int64', { kind: 'duration', unit: 'micros' }],
    ['binary(16)', { kind: 'interval', unit: 'months and nanos' }],
    ['string', { kind: 'bytes', isText: true, lengths: 'views' }],
    ['binary', { kind: 'bytes', isText: false, lengths: 'offsets64' }],
    ['binary(16)', { kind: 'fixedBytes', byteLength: 16 }],
  ])('%s', (expected, type) => {
    expect(textOf(type)).toBe(expected);
  });

  it('are those of their parts', () => {
    expect(textOf({ kind: 'fixedList', size: 2 }, [INT])).toBe('list<int32>');
    expect(textOf({ kind: 'runEndEncoded' }, [INT, arrowField({ kind: 'boolean' })])).toBe('boolean');
    const entries = arrowField({ kind: 'struct' }, [INT, INT]);
    expect(textOf({ kind: 'map' }, [entries])).toBe('map<int32, int32>');
    expect(textOf({ kind: 'fixedBytes', byteLength: 16 }, [], { extension: 'arrow.uuid' })).toBe('uuid');
  });

  it.each<readonly [string, Parameters<typeof arrowField>]>([
    ['unions', [{ kind: 'other', name: 'Union' }]],
    ['integers of 7 bits', [{ kind: 'int', bits: 7, signed: true }]],
    ['decimals of more digits than bits', [{ kind: 'decimal', precision: 20, scale: 2, bits: 64 }]],
    ['decimals with a scale below 0', [{ kind: 'decimal', precision: 20, scale: -2, bits: 128 }]],
    ['times of other widths', [{ kind: 'time', unit: 'nanos', bits: 32 }]],
    ['lists of nothing', [{ kind: 'list', lengths: 'offsets32' }]],
    ['maps of no entries', [{ kind: 'map' }, [INT]]],
    ['values of -1 bytes', [{ kind: 'fixedBytes', byteLength: -1 }]],
    ['lists of -1 elements', [{ kind: 'fixedList', size: -1 }, [INT]]],
    ['codes of 7 bits', [{ kind: 'null' }, [], { dictionary: { id: 0n, bits: 7, signed: true } }]],
  ])('refuse %s, by the name of the column', (_, parts) => {
    const inner = arrowField({ kind: 'struct' }, [{ ...arrowField(...parts), name: 'inner' }]);
    expect(() => fieldOf(inner, 'a.arrow')).toThrow(/ARROW_UNSUPPORTED.*a\.arrow.*x\.inner/s);
  });
});
