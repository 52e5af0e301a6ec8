/** From here on bytes are worth sharing: every worker then reads the same memory. */
const SHARED_FROM_BYTES = 64 * 1024;

/** The two parts as one, in memory of its own; large ones in shared memory. */
export function sealBytes(head: Uint8Array, body: Uint8Array): Uint8Array {
  const length = head.length + body.length;
  const bytes = new Uint8Array(length < SHARED_FROM_BYTES ? new ArrayBuffer(length) : new SharedArrayBuffer(length));
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}
