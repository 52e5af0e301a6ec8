import { describe, expect, it } from 'vitest';
import { encodeLockRecord, type LockRecord, ownerOfToken, readLockRecord } from '../../../storage/fs/lock-record.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';

const RECORD: LockRecord = {
  token: '4711-88123-b00t-4026531836-0-3',
  owner: { pid: 4711, startTime: '88123', bootId: 'b00t', pidNamespace: '4026531836' },
  command: 'node "my job".ts\n',
  startedAt: '2024-05-06T07:08:09.000Z',
};

function store(content: Uint8Array): MemoryFileSystem {
  const fs = new MemoryFileSystem();
  using file = fs.open('/lock', 'create');
  file.write(content);
  return fs;
}

describe('lock record', () => {
  it('is one readable line and reads back as it was', () => {
    const bytes = encodeLockRecord(RECORD);
    expect(new TextDecoder().decode(bytes)).toBe(
      '{"format":1,"pid":4711,"command":"node \\"my job\\".ts\\n","startedAt":"2024-05-06T07:08:09.000Z",' +
        '"token":"4711-88123-b00t-4026531836-0-3"}\n',
    );
    expect(readLockRecord(store(bytes), '/lock')).toEqual(RECORD);
  });

  it('is undefined when there is none', () => {
    expect(readLockRecord(new MemoryFileSystem(), '/lock')).toBeUndefined();
  });

  it('is damaged when it was cut anywhere', () => {
    const bytes = encodeLockRecord(RECORD);
    for (let length = 0; length < bytes.length - 1; length++) {
      const read = () => readLockRecord(store(bytes.subarray(0, length)), '/lock');
      expect(read, `cut at ${length}`).toThrow(expect.objectContaining({ code: 'CORRUPT_FILE' }));
    }
  });

  it('is not read from a huge file, nor confused by keys of Object.prototype', () => {
    const huge = store(new Uint8Array(100_000));
    expect(() => readLockRecord(huge, '/lock')).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }));
    const odd = store(new TextEncoder().encode('{"__proto__":{"format":1,"token":"1-1-a-b-0-0"}}'));
    expect(() => readLockRecord(odd, '/lock')).toThrow(expect.objectContaining({ code: 'CORRUPT_FILE' }));
  });

  it('finds the owner in a token', () => {
    expect(ownerOfToken(RECORD.token)).toEqual(RECORD.owner);
    for (const token of ['', '4711', '4711-1-b-n', '4711-1-b-n-0', '../x-1-b-n-0-1', '0-1-b-n-0-1']) {
      expect(ownerOfToken(token), token).toBeUndefined();
    }
  });
});
