import { describe, expect, it } from 'vitest';
import { capture } from '../../../lib/closure/capture.ts';
import { NodeRef, readFunction } from '../../../lib/closure/node-record.ts';
import { FORMS, FunctionFlag } from '../../../lib/closure/packet.ts';
import { PacketReader } from '../../../lib/closure/packet-reader.ts';

describe('the record of a function', () => {
  it('holds text, captures in their order, and what the text does not say', async () => {
    const b = { x: 1 };
    const a = 2;
    const task = () => [a, b];
    const reader = new PacketReader(await capture([task]));
    const record = readFunction(reader.payloadOf(1), reader.shapes, (node) => new NodeRef(node));
    expect(FORMS[record.form]).toBe('expression');
    expect(record.flags).toBe(FunctionFlag.STRICT);
    expect(record).toMatchObject({ name: 'task', text: task.toString(), properties: [], parent: undefined });
    expect(record.captures).toEqual([
      { name: 'a', value: 2 },
      { name: 'b', value: new NodeRef(2) },
    ]);
  });
});
