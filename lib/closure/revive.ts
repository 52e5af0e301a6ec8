/**
 * The worker's side: from a packet to live functions, with nothing but `node:vm`.
 *
 * Functions are created in the packet's order, each after what it captures. Objects exist empty from the moment they
 * are first referred to and are filled at the end, which is how cycles close; only what runs code of the user's while
 * it is created (static blocks, `[DESERIALIZE]`) has all that it can reach filled before.
 */
import { loadModules } from './load-modules.ts';
import { NodeTag, type Packet } from './packet.ts';
import { PacketReader } from './packet-reader.ts';
import { type ResolveToken, Reviver } from './reviver.ts';

export interface ReviveOptions {
  /** The worker's handle for a token that is not `perWorker`'s (`broadcast`, `accumulator`). */
  readonly resolveToken?: ResolveToken;
}

/**
 * Makes the functions of a packet again, in the order in which they were captured. Asynchronous because packages are
 * imported. Raises `CLOSURE_NOT_REVIVED` when something shipped by reference is not to be had here.
 */
export async function revive(packet: Packet, options: ReviveOptions = {}): Promise<readonly unknown[]> {
  const make = await prepare(packet, options);
  return make();
}

/**
 * The part of `revive` that takes time: imports what the packet refers to. What it gives makes the functions, anew with
 * each call.
 */
export async function prepare(packet: Packet, options: ReviveOptions = {}): Promise<() => readonly unknown[]> {
  const reader = new PacketReader(packet);
  const references = [...packet.places].filter(([node]) => reader.tagOf(node) === NodeTag.REFERENCE);
  const modules = await loadModules(references.map(([, place]) => place));
  return () => new Reviver(packet, reader, modules, options.resolveToken).run();
}
