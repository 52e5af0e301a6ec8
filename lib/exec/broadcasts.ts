/**
 * Broadcast values on their way to workers. The driver's registry holds the bytes of each, and tells what has changed
 * since a version; each worker's store applies that, and decodes a value when it is first used.
 *
 * Bytes are in shared memory, so a worker's copy is what it has decoded. A value that the driver destroyed stays known,
 * to say so where it is used; one that the program does not hold any more is forgotten.
 */
import { CairnError, deserializeError, type SerializedError, serializeError } from '../base/errors.ts';
import { unreachable } from '../base/invariant.ts';
import type { ResolveToken } from '../closure/reviver.ts';
import { type BroadcastPayload, openPayload, payloadIdentity, payloadSize } from './broadcast-payload.ts';
import { refuseInsideTask } from './current-task.ts';
import { resolveSharedToken } from './shared-tokens.ts';

/** How a broadcast stands: there, not to be encoded after all, or destroyed. */
export type BroadcastState =
  | { readonly kind: 'there'; readonly payload: BroadcastPayload }
  | { readonly kind: 'failed'; readonly error: SerializedError }
  | { readonly kind: 'destroyed'; readonly callSite: string };

/** What has changed since a version; structured clone carries it. */
export interface BroadcastUpdate {
  readonly version: number;
  /** Whether all there is is in `changed`: everything else is to be forgotten. */
  readonly isComplete: boolean;
  readonly changed: readonly { readonly id: number; readonly state: BroadcastState }[];
  /** Decoded copies of these are to be dropped. */
  readonly unpersisted: readonly number[];
  /** These are to be forgotten. */
  readonly removed: readonly number[];
}

interface Registered {
  state: BroadcastState | undefined;
  /** When `state` changed last. */
  version: number;
  /** When copies were to be dropped last. */
  unpersisted: number;
  identity: { readonly text: string | undefined } | undefined;
}

/** Removals that are remembered one by one; a worker that has missed more gets all there is. */
const REMEMBERED = 1024;

let nextId = 1;

/** An id that no other broadcast of this process has. */
export function nextBroadcastId(): number {
  return nextId++;
}

/** The broadcasts of a session, in the driver. */
export class BroadcastRegistry {
  readonly #known = new Map<number, Registered>();
  readonly #pending = new Set<Promise<void>>();
  #removed: { readonly id: number; readonly version: number }[] = [];
  /** Removals up to this version are not remembered. */
  #forgottenVersion = 0;
  #version = 0;

  /** Rises with every change. */
  get version(): number {
    return this.#version;
  }

  /** How many broadcasts are known. */
  get count(): number {
    return this.#known.size;
  }

  add(id: number, payload: BroadcastPayload | Promise<BroadcastPayload>): void {
    const registered: Registered = { state: undefined, version: 0, unpersisted: 0, identity: undefined };
    this.#known.set(id, registered);
    if (!(payload instanceof Promise)) {
      this.#change(registered, { kind: 'there', payload });
      return;
    }
    const settle = (state: BroadcastState): void => {
      this.#pending.delete(pending);
      if (registered.state === undefined && this.#known.has(id)) this.#change(registered, state);
    };
    const pending = payload.then(
      (made) => settle({ kind: 'there', payload: made }),
      (error: unknown) => settle({ kind: 'failed', error: serializeError(error) }),
    );
    this.#pending.add(pending);
  }

  /** Whether every value that was added is encoded. */
  get isReady(): boolean {
    return this.#pending.size === 0;
  }

  /** Resolves once every value that was added is encoded. Nothing is shipped to a worker before. Never rejects. */
  async ready(): Promise<void> {
    await Promise.all(this.#pending);
  }

  /** Bytes of an encoded value; 0 while there are none. */
  sizeOf(id: number): number {
    const state = this.#known.get(id)?.state;
    return state?.kind === 'there' ? payloadSize(state.payload) : 0;
  }

  /** What identifies a value by content; undefined where nothing does, or not yet. */
  identityOf(id: number): string | undefined {
    const registered = this.#known.get(id);
    if (registered?.state?.kind !== 'there') return undefined;
    registered.identity ??= { text: payloadIdentity(registered.state.payload) };
    return registered.identity.text;
  }

  /** Has workers drop what they decoded; they decode it again on use. */
  unpersist(id: number): void {
    const registered = this.#known.get(id);
    if (registered !== undefined) registered.unpersisted = ++this.#version;
  }

  /** Frees the bytes; what uses the broadcast still gets BROADCAST_DESTROYED. */
  destroy(id: number, callSite: string): void {
    const registered = this.#known.get(id);
    if (registered !== undefined) this.#change(registered, { kind: 'destroyed', callSite });
  }

  /** Forgets a broadcast that nobody can use any more. */
  remove(id: number): void {
    if (!this.#known.delete(id)) return;
    this.#removed.push({ id, version: ++this.#version });
    if (this.#removed.length <= REMEMBERED) return;
    const forgotten = this.#removed.splice(0, REMEMBERED / 2);
    this.#forgottenVersion = forgotten.at(-1)?.version ?? 0;
  }

  /** The session ends: frees all bytes. */
  clear(): void {
    this.#known.clear();
  }

  /** What is new since `version`, 0 for all there is; undefined when nothing is. */
  entriesSince(version: number): BroadcastUpdate | undefined {
    if (version === this.#version) return undefined;
    const isComplete = version < this.#forgottenVersion;
    const changed: { id: number; state: BroadcastState }[] = [];
    const unpersisted: number[] = [];
    for (const [id, { state, version: changedAt, unpersisted: unpersistedAt }] of this.#known) {
      if (state !== undefined && (isComplete || changedAt > version)) changed.push({ id, state });
      else if (unpersistedAt > version) unpersisted.push(id);
    }
    const removed = isComplete ? [] : this.#removed.filter((each) => each.version > version).map(({ id }) => id);
    return { version: this.#version, isComplete, changed, unpersisted, removed };
  }

  #change(registered: Registered, state: BroadcastState): void {
    registered.state = state;
    registered.version = ++this.#version;
  }
}

/** The broadcasts of a worker. */
export class WorkerBroadcasts {
  readonly #held = new Map<number, WorkerBroadcast>();

  /**
   * Takes what has changed. Resolves once the packages that values refer to are loaded: tasks that were sent afterwards
   * wait for it. Never rejects; what could not be loaded is told where the value is used.
   */
  async apply(update: BroadcastUpdate): Promise<void> {
    if (update.isComplete) {
      const kept = new Set(update.changed.map(({ id }) => id));
      for (const id of this.#held.keys()) if (!kept.has(id)) this.#forget(id);
    }
    for (const id of update.removed) this.#forget(id);
    for (const id of update.unpersisted) this.#held.get(id)?.drop();
    const opening = update.changed.map(({ id, state }) => {
      let held = this.#held.get(id);
      if (held === undefined) {
        held = new WorkerBroadcast(id);
        this.#held.set(id, held);
      }
      return held.become(state, (kind, of, parts) => resolveSharedToken(kind, of, this, parts));
    });
    await Promise.all(opening);
  }

  /** The handle of a broadcast; undefined for one that was not sent, or is forgotten. */
  resolve(id: number): WorkerBroadcast | undefined {
    return this.#held.get(id);
  }

  #forget(id: number): void {
    this.#held.get(id)?.forget();
    this.#held.delete(id);
  }
}

/** A broadcast's handle in a worker: the same one for all functions that use it. */
export class WorkerBroadcast {
  readonly id: number;
  #sizeBytes = 0;
  #make: () => unknown;
  #decoded: { readonly value: unknown } | undefined;

  constructor(id: number) {
    this.id = id;
    this.#make = () => this.#refuse('it has not reached this worker, as one of another session never does');
  }

  /** Decoded when it is first asked for; one object for all tasks of this worker. */
  get value(): unknown {
    this.#decoded ??= { value: this.#make() };
    return this.#decoded.value;
  }

  /** Bytes of the encoded value. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  unpersist(): void {
    refuseInsideTask('unpersist');
  }

  destroy(): void {
    refuseInsideTask('destroy');
  }

  /** Takes a new state. A promise for one that needs packages first; it never rejects. */
  become(state: BroadcastState, resolveToken: ResolveToken): Promise<void> | undefined {
    this.drop();
    switch (state.kind) {
      case 'there':
        return this.#open(state.payload, resolveToken);
      case 'failed':
        this.#make = raising(() => deserializeError(state.error));
        return undefined;
      case 'destroyed': {
        const { id } = this;
        this.#make = raising(() => new CairnError('BROADCAST_DESTROYED', { id, callSite: state.callSite }));
        return undefined;
      }
      default:
        return unreachable(state);
    }
  }

  #open(payload: BroadcastPayload, resolveToken: ResolveToken): Promise<void> | undefined {
    this.#sizeBytes = payloadSize(payload);
    const opened = openPayload(payload, resolveToken);
    if (typeof opened === 'function') {
      this.#make = opened;
      return undefined;
    }
    const waiting = (): never => this.#refuse('the packages it needs are not loaded yet');
    this.#make = waiting;
    const settle = (make: () => unknown): void => {
      // Unless it has changed meanwhile.
      if (this.#make === waiting) this.#make = make;
    };
    return opened.then(settle, (error: unknown) => settle(raising(() => error)));
  }

  /** Lets go of what was decoded. */
  drop(): void {
    this.#decoded = undefined;
  }

  /** Lets go of everything: no function can use it any more. */
  forget(): void {
    this.drop();
    this.#make = () => this.#refuse('it was given up by the program');
  }

  #refuse(reason: string): never {
    throw new CairnError('CLOSURE_NOT_REVIVED', { what: `broadcast ${this.id}`, reason });
  }
}

function raising(error: () => unknown): () => never {
  return () => {
    throw error();
  };
}
