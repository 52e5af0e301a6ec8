import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../formats/bytes/byte-writer.ts';
import {
  CODECS,
  frameBytes,
  frameChecksum,
  framesChecksum,
  ROADS,
  readFrameHeader,
  verifyFrames,
} from '../../../formats/record/frame-header.ts';
import { encodeFrame } from '../../../formats/record/record-writer.ts';
import { rowBatch } from '../../../formats/schema/batch.ts';

const ORIGIN = { path: 'run-3', offset: 100 };

function frame(): Uint8Array {
  const out = new ByteWriter();
  encodeFrame(rowBatch([1, 2, 3]), out, { codec: 'none' });
  return out.take();
}

/** A frame with one byte changed and the checksum made right again. */
function forged(at: number, value: number): Uint8Array {
  const bytes = frame();
  bytes[at] = value;
  new DataView(bytes.buffer).setUint32(20, frameChecksum(bytes), true);
  return bytes;
}

describe('the checksum of several frames', () => {
  const two = Uint8Array.from([...frame(), ...frame()]);

  it('says which frames they are and in what order, and goes on from a seed', () => {
    const other = forged(8, 7);
    const sum = (...frames: Uint8Array[]) => framesChecksum(Uint8Array.from(frames.flatMap((f) => [...f])), 5);
    expect(sum(frame(), other)).not.toBe(sum(other, frame()));
    expect(sum(frame(), frame())).toBe(framesChecksum(frame(), sum(frame()) as number));
    expect(sum()).toBe(5);
  });

  it('gives nothing for bytes that are not whole frames', () => {
    for (let length = 1; length < frame().length; length++) {
      expect(framesChecksum(two.subarray(0, length), 0)).toBeUndefined();
    }
  });

  it('leaves the soundness of each frame to be verified', () => {
    expect(() => verifyFrames(two, ORIGIN)).not.toThrow();
    const damaged = two.slice();
    damaged[two.length - 9] = (damaged[two.length - 9] as number) ^ 1;
    expect(framesChecksum(damaged, 0)).toBe(framesChecksum(two, 0));
    expect(() => verifyFrames(damaged, ORIGIN)).toThrow('CORRUPT_FILE');
  });
});

describe('the header of a frame', () => {
  it('says what the frame holds', () => {
    const bytes = frame();
    const header = readFrameHeader(bytes, 0, ORIGIN);
    expect(header).toMatchObject({ road: 'columns', codec: 'none', rowCount: 3, byteLength: bytes.length });
    expect(header.rawLength).toBe(header.storedLength);
    expect(frameBytes(header.storedLength)).toBe(bytes.length);
  });

  it('keeps its numbers for ever', () => {
    expect(ROADS).toEqual(['values', 'columns']);
    expect(CODECS).toEqual(['none', 'zstd', 'deflate']);
    expect([0, 1, 8, 9].map(frameBytes)).toEqual([24, 32, 32, 40]);
  });

  it('is refused when it is short, is none, or promises more than there is', () => {
    expect(() => readFrameHeader(frame().subarray(0, 23), 0, ORIGIN)).toThrow('run-3 is damaged at byte 100');
    expect(() => readFrameHeader(new Uint8Array(64), 0, ORIGIN)).toThrow('the start of a frame');
    expect(() => readFrameHeader(frame().subarray(0, 24), 0, ORIGIN)).toThrow('damaged at byte 112');
    expect(() => readFrameHeader(frame(), 8, ORIGIN)).toThrow('damaged at byte 108');
  });

  it('is refused when a sound checksum covers nonsense', () => {
    expect(() => readFrameHeader(forged(5, 2), 0, ORIGIN)).toThrow('road');
    expect(() => readFrameHeader(forged(6, 3), 0, ORIGIN)).toThrow('codec');
    expect(() => readFrameHeader(forged(7, 1), 0, ORIGIN)).toThrow('CORRUPT_FILE');
    expect(() => readFrameHeader(forged(16, 1), 0, ORIGIN)).toThrow('damaged at byte 116');
    expect(() => readFrameHeader(forged(11, 0xff), 0, ORIGIN)).toThrow('records');
    expect(() => readFrameHeader(forged(4, 2), 0, ORIGIN)).toThrow('UNSUPPORTED_VERSION');
  });
});
