import { describe, expect, it } from 'vitest';
import { capture } from '../../../lib/closure/capture.ts';
import { PacketReader } from '../../../lib/closure/packet-reader.ts';
import { readReferences } from '../../../lib/closure/read-references.ts';

describe('readReferences', () => {
  it('lists the nodes of every kind of record', async () => {
    class Point {
      readonly next: object[] = [{}];
    }
    const map = new Map([[{}, [new Point()]]]);
    const bound = Math.max.bind(map, 1);
    const packet = await capture([() => [map, bound, new RangeError('x', { cause: map })], bound]);
    const reader = new PacketReader(packet);
    const seen = new Set<number>([0]);
    for (const node of seen) {
      const payload = reader.payloadOf(node);
      const record = new Uint8Array(5 + payload.remaining);
      record[0] = reader.tagOf(node);
      record.set(payload.raw(payload.remaining), 5);
      for (const other of readReferences(record, reader.shapes)) seen.add(other);
    }
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: reader.nodeCount }, (_, i) => i));
  });
});
