import { createHash } from 'node:crypto';
import type { Packet } from './packet.ts';

/** What identifies captured functions by content. */
export interface ClosureFingerprint {
  /**
   * SHA-256, in hexadecimal, over the texts of the functions, the captured values, and the names and versions of what is
   * shipped by reference; files, lines and ids are left out. The same in every process and on every machine.
   */
  readonly digest: string;
  /** Paths to captured values without content to hash (shared memory, handles): the digest says nothing of them. */
  readonly volatile: readonly string[];
}

/** The fingerprint of captured functions. */
export function fingerprintOf(captured: Packet): ClosureFingerprint {
  const digest = createHash('sha256').update(captured.bytes).digest('hex');
  return { digest, volatile: captured.volatile };
}
