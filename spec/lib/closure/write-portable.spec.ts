import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../../formats/bytes/byte-reader.ts';
import { capture } from '../../../lib/closure/capture.ts';
import { NodeTag } from '../../../lib/closure/packet.ts';
import { PacketReader } from '../../../lib/closure/packet-reader.ts';
import { portable, portableValue } from '../../../lib/closure/portable.ts';
import { readPortable } from '../../../lib/closure/write-portable.ts';

const made = portable('spec/write/made', (a: number, of: readonly number[]) => () => [a, of]);
const named = portableValue('spec/write/named', { is: 'named' });

describe('writePortable', () => {
  it('writes a name, and parameters as values', async () => {
    const reader = new PacketReader(await capture([made(1, [2]), named, named]));
    const nodes = Array.from({ length: reader.nodeCount }, (_, node) => node);
    expect(nodes.map((node) => reader.tagOf(node))).toEqual([
      NodeTag.LIST,
      NodeTag.PORTABLE,
      NodeTag.PORTABLE,
      NodeTag.LIST,
    ]);
    const read = (node: number) => readPortable(reader.payloadOf(node), (other) => `node ${other}`);
    expect(read(1)).toEqual({ name: 'spec/write/made', parameters: [1, 'node 3'] });
    expect(read(2)).toEqual({ name: 'spec/write/named', parameters: undefined });
  });

  it('tells no parameters from none that are needed', async () => {
    const empty = portable('spec/write/empty', () => () => 0);
    const reader = new PacketReader(await capture([empty()]));
    expect(readPortable(reader.payloadOf(1), () => undefined)).toEqual({ name: 'spec/write/empty', parameters: [] });
  });

  it('refuses counts that the bytes cannot hold', () => {
    const bytes = Buffer.from([1, 0x61, 1, 0xff, 0x7f]);
    expect(() => readPortable(new ByteReader(bytes), () => undefined)).toThrow(/CORRUPT/);
  });
});
