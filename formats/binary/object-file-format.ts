/** The header and footer of object files (FORMAT.md). Reader and writer share this and nothing else. */
import { checksum } from '../bytes/checksum.ts';
import { FRAME_HEADER_BYTES } from '../record/frame-header.ts';

export const OBJECT_FILE_VERSION = 1;
export const OBJECT_HEADER_BYTES = 16;
export const OBJECT_FOOTER_BYTES = 40;

const MAGIC = Buffer.from('CAIRNOBJ', 'latin1');
const END = Buffer.from('CAIRNEND', 'latin1');

/** The first bytes of every object file. */
export const OBJECT_FILE_HEADER: Uint8Array = (() => {
  const header = Buffer.alloc(OBJECT_HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32LE(OBJECT_FILE_VERSION, 8);
  return header;
})();

/** What the footer says of the frames before it. */
export interface ObjectFileFooter {
  readonly recordCount: number;
  readonly frameCount: number;
  /** Bytes of all frames: what lies between header and footer. */
  readonly bodyBytes: number;
  /** CRC-32 over the headers of all frames in order: frames that are lost, doubled or exchanged change it. */
  readonly chain: number;
}

/** Adds up frames as they are written or read. */
export class ObjectFileTotals implements ObjectFileFooter {
  recordCount = 0;
  frameCount = 0;
  bodyBytes = 0;
  chain = 0;

  /** `frame` is the whole frame; its header holds its own checksum. */
  add(frame: Uint8Array, recordCount: number): void {
    this.recordCount += recordCount;
    this.frameCount++;
    this.bodyBytes += frame.length;
    this.chain = checksum(frame.subarray(0, FRAME_HEADER_BYTES), this.chain);
  }
}

export function encodeObjectFooter(totals: ObjectFileFooter): Uint8Array {
  const footer = Buffer.alloc(OBJECT_FOOTER_BYTES);
  footer.writeBigUInt64LE(BigInt(totals.recordCount), 0);
  footer.writeBigUInt64LE(BigInt(totals.bodyBytes), 8);
  footer.writeUInt32LE(totals.frameCount, 16);
  footer.writeUInt32LE(totals.chain, 20);
  footer.writeUInt32LE(OBJECT_FILE_VERSION, 24);
  footer.writeUInt32LE(checksum(footer.subarray(0, 28)), 28);
  END.copy(footer, 32);
  return footer;
}

/** The version in a header, or undefined when the bytes are no header of an object file. */
export function readObjectHeader(header: Uint8Array): number | undefined {
  const bytes = Buffer.from(header.buffer, header.byteOffset, header.byteLength);
  const isOurs = bytes.length === OBJECT_HEADER_BYTES && bytes.subarray(0, 8).equals(MAGIC);
  return isOurs && bytes.readUInt32LE(12) === 0 ? bytes.readUInt32LE(8) : undefined;
}

/** The footer, or undefined when the bytes are none or do not match their checksum. */
export function decodeObjectFooter(footer: Uint8Array): ObjectFileFooter | undefined {
  const bytes = Buffer.from(footer.buffer, footer.byteOffset, footer.byteLength);
  if (bytes.length !== OBJECT_FOOTER_BYTES || !bytes.subarray(32).equals(END)) return undefined;
  if (checksum(bytes.subarray(0, 28)) !== bytes.readUInt32LE(28)) return undefined;
  return {
    recordCount: Number(bytes.readBigUInt64LE(0)),
    bodyBytes: Number(bytes.readBigUInt64LE(8)),
    frameCount: bytes.readUInt32LE(16),
    chain: bytes.readUInt32LE(20),
  };
}
