import { describe, expect, it } from 'vitest';
import { capture } from '../../../lib/closure/capture.ts';
import { NodeTag } from '../../../lib/closure/packet.ts';
import { PacketReader } from '../../../lib/closure/packet-reader.ts';

const packetOf = (value: unknown) => capture([() => value]);

describe('PacketReader', () => {
  it('finds every node', async () => {
    const reader = new PacketReader(await packetOf([1, { a: 1 }]));
    const tags = Array.from({ length: reader.nodeCount }, (_, node) => reader.tagOf(node));
    expect(tags).toEqual([NodeTag.LIST, NodeTag.FUNCTION, NodeTag.LIST, NodeTag.PLAIN]);
    expect(reader.groups).toEqual([[1]]);
    expect(reader.payloadOf(2).varint()).toBe(2);
  });

  it('refuses another format, and bytes that were cut', async () => {
    const packet = await packetOf('text');
    const other = packet.bytes.slice();
    other[0] = 77;
    expect(() => new PacketReader({ ...packet, bytes: other })).toThrow(/UNSUPPORTED_VERSION/);
    for (let length = 0; length < packet.bytes.length; length++) {
      expect(() => new PacketReader({ ...packet, bytes: packet.bytes.slice(0, length) })).toThrow(/CORRUPT_DATA/);
    }
  });
});
