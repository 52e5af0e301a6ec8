/**
 * What the nodes of a stage share, as plain data: call sites, partitioners, aggregators and orders, each once, so that
 * two nodes with one partitioner have one in the worker too. Everything that is no plain data (functions above all) is
 * a root of the stage's one closure packet, and is spoken of here by its number.
 */
import type { NodeId, ShuffleId } from '../base/ids.ts';
import { invariant, unreachable } from '../base/invariant.ts';
import type { CallSite } from '../lineage/call-site.ts';
import type { Aggregator, ShuffleDependency } from '../lineage/dependency.ts';
import type { KeyOrder } from '../lineage/key-order.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import {
  CustomPartitioner,
  HashPartitioner,
  type Partitioner,
  RangePartitioner,
  RoundRobinPartitioner,
  type UserPartitioner,
} from '../lineage/partitioner.ts';
import { ShuffleParent } from './shuffle-parent.ts';

/** Which of the packet's roots. */
export type Root = number;

export interface PackedAggregator {
  readonly createCombiner: Root;
  readonly mergeValue: Root;
  readonly mergeCombiners: Root;
}

export interface PackedOrder {
  readonly compare: Root;
  readonly ascending: boolean;
  readonly natural: boolean;
}

export type PackedPartitioner =
  | { readonly kind: 'hash' | 'round-robin'; readonly numPartitions: number }
  | {
      readonly kind: 'range';
      readonly numPartitions: number;
      readonly order: number;
      /** Undefined while they have not been found. */
      readonly bounds: { readonly plain: readonly unknown[] } | { readonly root: Root } | undefined;
    }
  | { readonly kind: 'custom'; readonly user: Root };

/** A shuffle dependency; partitioner, aggregator and order by their numbers. */
export interface PackedShuffle {
  readonly shuffleId: ShuffleId;
  readonly partitioner: number;
  readonly aggregator: number | undefined;
  readonly mapSideCombine: boolean;
  readonly keyOrder: number | undefined;
}

/** What is known of a dataset beyond a shuffle. */
export interface PackedShuffleParent {
  readonly id: NodeId;
  readonly callSite: number;
  readonly className: string;
  readonly name: string | undefined;
}

export interface PackedParts {
  readonly callSites: readonly CallSite[];
  readonly partitioners: readonly PackedPartitioner[];
  readonly aggregators: readonly PackedAggregator[];
  readonly orders: readonly PackedOrder[];
}

/** Numbers things in the order in which they are first met. */
class Numbering<T, Packed> {
  readonly packed: Packed[] = [];
  readonly #numbers = new Map<T, number>();
  readonly #pack: (thing: T) => Packed;

  constructor(pack: (thing: T) => Packed) {
    this.#pack = pack;
  }

  of(thing: T): number {
    const known = this.#numbers.get(thing);
    if (known !== undefined) return known;
    const packed = this.#pack(thing);
    const number = this.packed.push(packed) - 1;
    this.#numbers.set(thing, number);
    return number;
  }
}

/** The driver's side: collects what the nodes of one stage share. */
export class PartPacker {
  readonly #roots = new Numbering<unknown, unknown>((root) => root);
  /** By their text: nodes that a loop makes have one line. */
  readonly #callSites = new Numbering<string, CallSite>((text) => JSON.parse(text) as CallSite);
  readonly #partitioners = new Numbering(packPartitioner.bind(undefined, this));
  readonly #orders = new Numbering<KeyOrder, PackedOrder>(({ compare, ascending, natural }) => ({
    compare: this.root(compare),
    ascending,
    natural,
  }));
  readonly #aggregators = new Numbering<Aggregator, PackedAggregator>((aggregator) => ({
    createCombiner: this.root(aggregator.createCombiner),
    mergeValue: this.root(aggregator.mergeValue),
    mergeCombiners: this.root(aggregator.mergeCombiners),
  }));

  /** What goes into the packet, in order. */
  get roots(): readonly unknown[] {
    return this.#roots.packed;
  }

  get parts(): PackedParts {
    return {
      callSites: this.#callSites.packed,
      partitioners: this.#partitioners.packed,
      aggregators: this.#aggregators.packed,
      orders: this.#orders.packed,
    };
  }

  root(value: object): Root {
    return this.#roots.of(value);
  }

  /** Without the frames, which only the driver shows. */
  callSite({ method, location, position }: CallSite): number {
    return this.#callSites.of(JSON.stringify({ method, location, position }));
  }

  partitioner(partitioner: Partitioner): number {
    return this.#partitioners.of(partitioner);
  }

  aggregator(aggregator: Aggregator): number {
    return this.#aggregators.of(aggregator);
  }

  order(order: KeyOrder): number {
    return this.#orders.of(order);
  }

  shuffle({ shuffleId, partitioner, aggregator, mapSideCombine, keyOrder }: ShuffleDependency): PackedShuffle {
    return {
      shuffleId,
      partitioner: this.partitioner(partitioner),
      aggregator: aggregator && this.aggregator(aggregator),
      mapSideCombine,
      keyOrder: keyOrder && this.order(keyOrder),
    };
  }

  shuffleParent({ id, callSite, className, name }: LineageNode): PackedShuffleParent {
    return { id, callSite: this.callSite(callSite), className, name };
  }
}

function packPartitioner(packer: PartPacker, partitioner: Partitioner): PackedPartitioner {
  if (partitioner instanceof HashPartitioner || partitioner instanceof RoundRobinPartitioner) {
    const { kind, numPartitions } = partitioner;
    return { kind, numPartitions };
  }
  if (partitioner instanceof RangePartitioner) {
    const { kind, numPartitions, order, bounds, isReady } = partitioner;
    return {
      kind,
      numPartitions,
      order: packer.order(order),
      bounds: isReady ? packBounds(packer, bounds) : undefined,
    };
  }
  invariant(partitioner instanceof CustomPartitioner, `a partitioner ${partitioner.describe()} can be shipped`);
  return { kind: 'custom', user: packer.root(partitioner.user) };
}

/** Keys that are primitive need no capture, and so no inspector. */
function packBounds(packer: PartPacker, bounds: readonly unknown[]): { plain: readonly unknown[] } | { root: Root } {
  const isPlain = bounds.every((bound) => bound === null || !['object', 'function', 'symbol'].includes(typeof bound));
  return isPlain ? { plain: bounds } : { root: packer.root(bounds) };
}

/** The worker's side: gives for each number what the driver had, the same thing for the same number. */
export class PartUnpacker {
  readonly #roots: readonly unknown[];
  readonly #callSites: readonly CallSite[];
  readonly #orders: readonly KeyOrder[];
  readonly #aggregators: readonly Aggregator[];
  readonly #partitioners: readonly Partitioner[];

  /** `roots` are what the packet was revived to. */
  constructor(parts: PackedParts, roots: readonly unknown[]) {
    this.#roots = roots;
    this.#callSites = parts.callSites;
    this.#orders = parts.orders.map(({ compare, ascending, natural }) => ({
      compare: this.root(compare),
      ascending,
      natural,
    }));
    this.#aggregators = parts.aggregators.map(({ createCombiner, mergeValue, mergeCombiners }) => ({
      createCombiner: this.root(createCombiner),
      mergeValue: this.root(mergeValue),
      mergeCombiners: this.root(mergeCombiners),
    }));
    this.#partitioners = parts.partitioners.map((packed) => this.#unpackPartitioner(packed));
  }

  /** The caller knows what it packed under this number. */
  root<T>(root: Root): T {
    return this.#roots[root] as T;
  }

  callSite(number: number): CallSite {
    return at(this.#callSites, number);
  }

  partitioner(number: number): Partitioner {
    return at(this.#partitioners, number);
  }

  aggregator(number: number): Aggregator {
    return at(this.#aggregators, number);
  }

  shuffle(packed: PackedShuffle, parent: LineageNode): ShuffleDependency {
    const { shuffleId, partitioner, aggregator, mapSideCombine, keyOrder } = packed;
    return {
      kind: 'shuffle',
      parent,
      shuffleId,
      partitioner: this.partitioner(partitioner),
      aggregator: aggregator === undefined ? undefined : this.aggregator(aggregator),
      mapSideCombine,
      keyOrder: keyOrder === undefined ? undefined : at(this.#orders, keyOrder),
    };
  }

  shuffleParent({ id, callSite, className, name }: PackedShuffleParent): ShuffleParent {
    return new ShuffleParent({ id, callSite: this.callSite(callSite) }, className, name);
  }

  #unpackPartitioner(packed: PackedPartitioner): Partitioner {
    switch (packed.kind) {
      case 'hash':
        return new HashPartitioner(packed.numPartitions);
      case 'round-robin':
        return new RoundRobinPartitioner(packed.numPartitions);
      case 'range': {
        const { bounds } = packed;
        const partitioner = new RangePartitioner(packed.numPartitions, at(this.#orders, packed.order));
        if (bounds !== undefined) partitioner.setBounds('plain' in bounds ? bounds.plain : this.root(bounds.root));
        return partitioner;
      }
      case 'custom':
        return new CustomPartitioner(this.root<UserPartitioner>(packed.user));
      default:
        return unreachable(packed);
    }
  }
}

function at<T>(table: readonly T[], number: number): T {
  const found = table[number];
  invariant(found !== undefined, `part ${number} of ${table.length} was shipped`);
  return found;
}
