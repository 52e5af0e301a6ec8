/**
 * Broadcast values: given to every worker once, whatever the number of jobs and functions that use them.
 *
 * Where tasks run in the caller's thread nothing is encoded, and functions see the caller's object. Where they run in
 * workers, the value is encoded when it is broadcast, and each worker decodes it when a function first asks for it.
 */
import { types } from 'node:util';
import { CairnError } from '../base/errors.ts';
import type { CaptureOptions } from '../closure/capture.ts';
import { DRIVER_ONLY, TOKEN, type TravelToken } from '../closure/well-known.ts';
import { type BroadcastPayload, encodeBroadcast, payloadIdentity } from '../exec/broadcast-payload.ts';
import { type BroadcastRegistry, nextBroadcastId } from '../exec/broadcasts.ts';
import { refuseInsideTask } from '../exec/current-task.ts';
import { type CallSite, continueStack, describeCallSite, startAtCaller } from '../lineage/call-site.ts';
import { invalidArgument } from './check-argument.ts';

/**
 * A value that functions in tasks read, and that workers get once and not with every function that captures it.
 *
 * Treat it as read-only. What a worker has is a snapshot of the moment of `broadcast`, one object for all tasks of that
 * worker; where tasks run in the caller's thread (`local`), it is the caller's own object.
 */
export interface Broadcast<T> {
  /** A number that no other broadcast of this process has. */
  readonly id: number;
  /** The value: in the program, the object that was broadcast. Raises BROADCAST_DESTROYED after `destroy()`. */
  readonly value: T;
  /** Bytes the encoded value takes, once for all workers; 0 where tasks run in the caller's thread. */
  readonly sizeBytes: number;
  /** Has workers let go of their copies; they get the value again when it is next used. */
  unpersist(): void;
  /** Frees the value everywhere, for good: using it raises BROADCAST_DESTROYED. Again does nothing. */
  destroy(): void;
}

/** What it takes to get values to workers. */
export interface BroadcastShipping {
  readonly registry: BroadcastRegistry;
  readonly captureOptions?: CaptureOptions;
}

export class DriverBroadcast<T> implements Broadcast<T> {
  readonly id = nextBroadcastId();
  readonly #callSite: string;
  /** Undefined where tasks run in this thread. */
  readonly #registry: BroadcastRegistry | undefined;
  #held: { readonly value: T } | undefined;

  /** Encodes the value if it is to be shipped. Raises TASK_NOT_SERIALIZABLE. */
  constructor(value: T, callSite: CallSite, shipping: BroadcastShipping | undefined) {
    refuseUnshareable(value);
    this.#callSite = describeCallSite(callSite);
    this.#registry = shipping?.registry;
    this.#held = { value };
    if (shipping !== undefined) shipping.registry.add(this.id, encodeAt(callSite, value, shipping.captureOptions));
    Object.defineProperty(this, TOKEN, { value: this.#token() });
  }

  get value(): T {
    if (this.#held !== undefined) return this.#held.value;
    throw startAtCaller(new CairnError('BROADCAST_DESTROYED', { id: this.id, callSite: this.#callSite }));
  }

  get sizeBytes(): number {
    return this.#registry?.sizeOf(this.id) ?? 0;
  }

  unpersist(): void {
    refuseInsideTask('unpersist');
    this.#registry?.unpersist(this.id);
  }

  destroy(): void {
    refuseInsideTask('destroy');
    this.#held = undefined;
    this.#registry?.destroy(this.id, this.#callSite);
  }

  #token(): TravelToken {
    const identity = (): string | undefined => {
      if (this.#registry !== undefined) return this.#registry.identityOf(this.id);
      return this.#held === undefined ? undefined : identityNow(this.#held.value);
    };
    return {
      kind: 'broadcast',
      id: this.id,
      get identity() {
        return identity();
      },
    };
  }
}

function refuseUnshareable(value: unknown): void {
  if (types.isPromise(value)) throw invalidArgument('broadcast', 'value', 'a value (await the promise first)', value);
  if (typeof value !== 'object' || value === null || types.isProxy(value) || !(DRIVER_ONLY in value)) return;
  throw invalidArgument('broadcast', 'value', `data (collect() it first), no ${value[DRIVER_ONLY]}`, value);
}

function encodeAt(
  callSite: CallSite,
  value: unknown,
  options: CaptureOptions | undefined,
): BroadcastPayload | Promise<BroadcastPayload> {
  try {
    const payload = encodeBroadcast(value, options);
    if (!(payload instanceof Promise)) return payload;
    return payload.catch((error: unknown) => {
      throw continueStack(error, callSite);
    });
  } catch (error) {
    throw continueStack(error, callSite);
  }
}

/** What identifies a value that is not kept encoded, and may change: its content now. */
function identityNow(value: unknown): string | undefined {
  try {
    const payload = encodeBroadcast(value);
    if (!(payload instanceof Promise)) return payloadIdentity(payload);
    payload.catch(() => {});
  } catch {
    // What cannot be encoded has no content to hash.
  }
  return undefined;
}
