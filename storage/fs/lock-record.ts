/** What a lock file says: who owns it. Readable by people (`cat lock`), checked before it is believed. */
import { CairnError, describeValue } from '../../lib/base/errors.ts';
import type { FileSystem } from './file-system.ts';
import { type ProcessIdentity, parseIdentity } from './process-identity.ts';

const FORMAT = 1;
const MAX_RECORD_BYTES = 64 * 1024;

/** The owner of a lock, or of a claim to one. */
export interface LockRecord {
  /** Names one acquisition for ever: the owner's identity, then thread and a counter. */
  readonly token: string;
  readonly owner: ProcessIdentity;
  readonly command: string;
  /** ISO time of the acquisition: for messages, never for decisions. */
  readonly startedAt: string;
}

/** The owner that a token begins with; undefined when it is no token. */
export function ownerOfToken(token: string): ProcessIdentity | undefined {
  const match = /^(.+)-\d+-\d+$/.exec(token);
  return match === null ? undefined : parseIdentity(match[1] as string);
}

/** The record as the bytes of a lock file: one line of JSON. */
export function encodeLockRecord(record: LockRecord): Uint8Array {
  const { token, command, startedAt } = record;
  const text = JSON.stringify({ format: FORMAT, pid: record.owner.pid, command, startedAt, token });
  return new TextEncoder().encode(`${text}\n`);
}

/**
 * Reads a lock or claim; undefined when there is none. Raises CORRUPT_FILE for what is no record: records appear
 * whole, so a damaged one tells nothing about its owner and is not taken over. UNSUPPORTED_VERSION for a later format.
 */
export function readLockRecord(fs: FileSystem, path: string): LockRecord | undefined {
  let bytes: Uint8Array;
  try {
    bytes = fs.readFile(path, MAX_RECORD_BYTES);
  } catch (error) {
    if (CairnError.is(error, 'FILE_NOT_FOUND')) return undefined;
    throw error;
  }
  const text = new TextDecoder().decode(bytes);
  const fields = parseObject(text);
  const format = fields?.get('format');
  if (typeof format === 'number' && format > FORMAT) {
    throw new CairnError('UNSUPPORTED_VERSION', { path, found: format, supported: FORMAT });
  }
  const token = fields?.get('token');
  const owner = typeof token === 'string' ? ownerOfToken(token) : undefined;
  if (format !== FORMAT || typeof token !== 'string' || owner === undefined) {
    throw new CairnError('CORRUPT_FILE', {
      path,
      offset: 0,
      expected: 'the record of a lock',
      found: describeValue(text),
    });
  }
  return { token, owner, command: String(fields?.get('command')), startedAt: String(fields?.get('startedAt')) };
}

function parseObject(text: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}
