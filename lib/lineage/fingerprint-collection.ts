import { createHash } from 'node:crypto';
import { ByteWriter } from '../../formats/bytes/byte-writer.ts';
import { ValueWriter } from '../../formats/record/value-writer.ts';

/** Records that are looked at together: numbers alone are hashed as they lie in memory. */
const CHUNK = 8192;
const HASHED_BYTES = 256 * 1024;

/**
 * SHA-256, in hexadecimal, of records as they are now, in their order: the same for values that a block would give
 * back alike. Undefined where one of them is no storable value (see `ValueWriter`): such records are captured as
 * functions are. Streams: nothing is held but a chunk. 10 million numbers take 70 ms.
 */
export function digestOfRecords(records: readonly unknown[]): string | undefined {
  const hash = createHash('sha256');
  const numbers = new Float64Array(Math.min(CHUNK, records.length));
  using out = new ByteWriter();
  for (let at = 0; at < records.length; at += CHUNK) {
    const end = Math.min(at + CHUNK, records.length);
    if (fillNumbers(numbers, records, at, end)) {
      hash.update('n').update(new Uint8Array(numbers.buffer, 0, (end - at) * Float64Array.BYTES_PER_ELEMENT));
      continue;
    }
    hash.update('v');
    // One for each chunk: what it says of a record's keys must not depend on chunks before.
    const writer = new ValueWriter(out);
    for (let i = at; i < end; i++) {
      if (!tryWrite(writer, records[i])) return undefined;
      if (out.length < HASHED_BYTES) continue;
      hash.update(out.bytes());
      out.reset();
    }
    hash.update(out.bytes());
    out.reset();
  }
  return hash.update(`${records.length}`).digest('hex');
}

/** Whether there is nothing but numbers. NaN has many forms in memory, and one here. */
function fillNumbers(target: Float64Array, records: readonly unknown[], from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const record = records[i];
    if (typeof record !== 'number') return false;
    target[i - from] = Number.isNaN(record) ? Number.NaN : record;
  }
  return true;
}

function tryWrite(writer: ValueWriter, record: unknown): boolean {
  try {
    writer.write(record);
    return true;
  } catch {
    // No record, or a getter of one that throws: a capture copies getters, runs none, and says what is wrong.
    return false;
  }
}
