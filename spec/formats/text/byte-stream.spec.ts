import { expect, it } from 'vitest';
import { SourceStream } from '../../../formats/text/byte-stream.ts';
import { drain, sourceOf } from '../../support/bytes.ts';

it('reads a source from its start position to its end and knows where it is', () => {
  const stream = new SourceStream(sourceOf(Buffer.from('0123456789'), 3), 4);
  expect(drain(stream, 4).toString()).toBe('456789');
  expect(stream.position).toBe(10);
  expect(stream.read(new Uint8Array(4))).toBe(0);
});
