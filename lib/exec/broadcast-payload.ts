/**
 * The value of a broadcast as bytes, in shared memory: every worker reads the same ones. Data travels as records do,
 * which is fast; whatever holds functions, instances of classes or cycles travels as closures do.
 */
import { createHash } from 'node:crypto';
import { ByteWriter } from '../../formats/bytes/byte-writer.ts';
import { decodeValue } from '../../formats/record/value-codec.ts';
import { ValueWriter } from '../../formats/record/value-writer.ts';
import { CairnError } from '../base/errors.ts';
import { type CaptureOptions, capture, captureNow } from '../closure/capture.ts';
import { fingerprintOf } from '../closure/fingerprint.ts';
import type { Packet } from '../closure/packet.ts';
import { prepare } from '../closure/revive.ts';
import type { ResolveToken } from '../closure/reviver.ts';

/** An encoded value; structured clone copies none of its bytes. */
export type BroadcastPayload =
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly kind: 'packet'; readonly packet: Packet };

/**
 * Encodes a value as it is now. Gives a promise only for a value that refers to packages whose exports were not read
 * yet, which is then read a moment later. Raises TASK_NOT_SERIALIZABLE, with the path to what cannot travel, and
 * LIMIT_EXCEEDED.
 */
export function encodeBroadcast(
  value: unknown,
  captureOptions: CaptureOptions = {},
): BroadcastPayload | Promise<BroadcastPayload> {
  // A large one is what broadcasts are for.
  const options = { ...captureOptions, warnBytes: Number.POSITIVE_INFINITY };
  const bytes = encodeData(value);
  if (bytes !== undefined) return { kind: 'data', bytes };
  try {
    const packet = captureNow([value], options);
    if (packet !== undefined) return { kind: 'packet', packet };
  } catch (error) {
    throw ofBroadcast(error);
  }
  return capture([value], options).then(
    (packet) => ({ kind: 'packet', packet }),
    (error: unknown) => {
      throw ofBroadcast(error);
    },
  );
}

/** Undefined for what is no record. */
function encodeData(value: unknown): Uint8Array | undefined {
  using out = new ByteWriter();
  try {
    new ValueWriter(out, 'value').write(value);
  } catch (error) {
    if (CairnError.is(error, 'VALUE_NOT_SERIALIZABLE')) return undefined;
    throw error;
  }
  const bytes = new Uint8Array(new SharedArrayBuffer(out.length));
  bytes.set(out.bytes());
  return bytes;
}

function ofBroadcast(error: unknown): unknown {
  if (!CairnError.is(error, 'TASK_NOT_SERIALIZABLE')) return error;
  const { path, reason, remedy } = error.params;
  return new CairnError(
    'TASK_NOT_SERIALIZABLE',
    { path: `broadcast of ${path}`, reason, remedy },
    { cause: error.cause },
  );
}

/** The bytes a payload takes, once for all threads. */
export function payloadSize(payload: BroadcastPayload): number {
  return payload.kind === 'data' ? payload.bytes.length : payload.packet.bytes.length;
}

/** A digest of the value, the same in every process; undefined for one that holds what has no content to hash. */
export function payloadIdentity(payload: BroadcastPayload): string | undefined {
  if (payload.kind === 'data') return `data ${createHash('sha256').update(payload.bytes).digest('hex')}`;
  const { digest, volatile } = fingerprintOf(payload.packet);
  return volatile.length === 0 ? `packet ${digest}` : undefined;
}

/**
 * Gives what makes the value, anew with each call: at once for data. Rejects with CLOSURE_NOT_REVIVED for a package that is
 * not to be had here.
 */
export function openPayload(
  payload: BroadcastPayload,
  resolveToken: ResolveToken,
): (() => unknown) | Promise<() => unknown> {
  if (payload.kind === 'data') return () => decodeValue(payload.bytes);
  return prepare(payload.packet, { resolveToken }).then((make) => () => make()[0]);
}
