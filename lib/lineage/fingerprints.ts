/**
 * What each dataset computes, as a digest: the same in every process and on every machine, so that what an earlier run
 * stored of a dataset is found again, and never taken for another one's.
 *
 * A fingerprint covers a node's own parts (`fingerprint-parts.ts`) and the fingerprints of what it is computed from, so
 * that a node costs the same however long its lineage is, and is fingerprinted once.
 *
 * Functions are taken as they are in the moment in which their node is first fingerprinted, all new ones of a job in one
 * session of the inspector. Never by the function object: a loop may use one function with another value in a variable
 * each time. What a job computes with is captured later, and again by later jobs; `recheck` tells whether that is still
 * what the fingerprint says, and has to be asked before anything is stored under it.
 */
import type { FileSystem } from '../../storage/fs/file-system.ts';
import { invariant } from '../base/invariant.ts';
import type { CaptureOptions } from '../closure/capture.ts';
import { describeCallSite } from './call-site.ts';
import { canonicalText, digestOfData, type PlainData } from './canonical-text.ts';
import type { ShuffleDependency } from './dependency.ts';
import { changedFiles, changedFunctions } from './diff-fingerprints.ts';
import { findPartitions } from './find-partitions.ts';
import { digestOfRecords } from './fingerprint-collection.ts';
import type { Entry, PartitionerEntry, Plan, ShuffleEntry } from './fingerprint-entries.ts';
import {
  addList,
  type Captured,
  captureList,
  captureLists,
  type FirstBuilds,
  listFunctions,
  NOTHING_CAPTURED,
  type Owner,
} from './fingerprint-functions.ts';
import { filesOf, InputIdentifier, type InputIdentity, identityOfInput } from './fingerprint-inputs.ts';
import { FINGERPRINT_VERSION, partsOf, partsOfPartitioner, partsOfShuffle } from './fingerprint-parts.ts';
import type {
  FingerprintRecord,
  FunctionsRecord,
  InputEdge,
  InputRecord,
  NodeRecord,
  PartitionerRecord,
  ShuffleRecord,
} from './fingerprint-record.ts';
import { dependenciesOf, parentsOf, partitionersOf, stageNodes, walkInputs } from './fingerprint-walk.ts';
import type { LineageNode } from './lineage-node.ts';
import { type Partitioner, RangePartitioner } from './partitioner.ts';

export interface FingerprintOptions {
  readonly fileSystem: FileSystem;
  /** As functions are shipped. */
  readonly capture?: CaptureOptions;
  /** `stat` unless said. */
  readonly inputs?: InputIdentity;
}

export interface Fingerprint {
  /** SHA-256 in hexadecimal. */
  readonly digest: string;
  /** What a stored result may be found by in another run; undefined where the dataset is volatile. */
  readonly key: string | undefined;
}

/** The fingerprints of one session. Nodes are held weakly. */
export class Fingerprints {
  readonly #capture: CaptureOptions;
  readonly #inputs: InputIdentifier;
  readonly #firstBuilds: FirstBuilds = new Map();
  readonly #nodes = new WeakMap<LineageNode, Entry>();
  readonly #shuffles = new WeakMap<ShuffleDependency, ShuffleEntry>();
  readonly #partitioners = new WeakMap<Partitioner, PartitionerEntry>();

  constructor({ fileSystem, capture = {}, inputs = 'stat' }: FingerprintOptions) {
    this.#capture = capture;
    this.#inputs = new InputIdentifier(fileSystem, inputs);
  }

  /**
   * The fingerprint of a dataset, and of all it is computed from. Broadcasts that it uses must be encoded. Reads the
   * directories of inputs, as a job does, and raises what that raises; functions that cannot be captured make the
   * dataset volatile.
   */
  async of(node: LineageNode): Promise<Fingerprint> {
    const plans = this.#plan(this.#newNodes(node));
    if (plans.length > 0) {
      const captured = await this.#captureAll(plans);
      // Another job may have come first while modules were read: what it found stays.
      for (const plan of plans)
        if (!this.#nodes.has(plan.node)) this.#nodes.set(plan.node, this.#enter(plan, captured));
    }
    return this.find(node) as Fingerprint;
  }

  /**
   * Functions that run in the driver, taken as those of nodes are; `standIn` as in `CaptureOptions`. Asked again, they
   * tell whether they are what they were.
   */
  async ofFunctions(functions: readonly unknown[], standIn: (thing: object) => string | undefined): Promise<Captured> {
    return await captureList(functions, { ...this.#capture, standIn }, this.#firstBuilds);
  }

  /** The fingerprint of a node that has one already. */
  find(node: LineageNode): Fingerprint | undefined {
    const entry = this.#nodes.get(node);
    return entry && keyed(entry.record.fingerprint, entry.isVolatile);
  }

  /** What the map outputs of a shuffle are found by, once the node that reads it has its fingerprint. */
  findShuffle(shuffle: ShuffleDependency): Fingerprint | undefined {
    const entry = this.#shuffles.get(shuffle);
    return entry && keyed(entry.record.fingerprint, entry.isVolatile);
  }

  /** What a partitioner is known by, once a node that uses it has its fingerprint. */
  findPartitioner(partitioner: Partitioner): Fingerprint | undefined {
    const entry = this.#partitioners.get(partitioner);
    return entry && keyed(entry.record.digest, entry.volatile.length > 0);
  }

  /** Why a dataset is volatile: paths to values without content to hash, and the like; none when it is not. */
  volatileReasons(node: LineageNode): readonly string[] {
    const reasons = new Set<string>();
    for (const each of walkInputs(node, (at) => !this.#entryOf(at).isVolatile)) {
      for (const reason of this.#entryOf(each).record.volatile) reasons.add(reason);
    }
    return [...reasons];
  }

  /**
   * What the fingerprint of a dataset is made of: its own record last. Where `stopAt` holds, a node's record is the
   * last one on its way. Linear in what it gives; a store that keeps records by their fingerprints needs new ones only.
   */
  recordOf(node: LineageNode, stopAt: (node: LineageNode) => boolean = () => false): FingerprintRecord {
    return walkInputs(node, stopAt).map((each) => this.#entryOf(each).record);
  }

  /** A node and what its fingerprint follows from, inputs first, as far as nodes where `stopAt` holds. */
  walk(node: LineageNode, stopAt: (node: LineageNode) => boolean): readonly LineageNode[] {
    return walkInputs(node, stopAt);
  }

  /** The record of one node, where it has a fingerprint. */
  recordAt(node: LineageNode): NodeRecord | undefined {
    return this.#nodes.get(node)?.record;
  }

  /** The record of a shuffle, and of the dataset that it is written from. */
  recordOfShuffle(
    shuffle: ShuffleDependency,
  ): { readonly parent: NodeRecord; readonly record: ShuffleRecord } | undefined {
    const record = this.#shuffles.get(shuffle)?.record;
    return record && { parent: this.#entryOf(shuffle.parent).record, record };
  }

  /**
   * What has changed since the fingerprints were taken, in words; nothing while they hold. Looks at `node` and what it is
   * computed from, as far as checkpoints and nodes where `isStored` holds: these are not computed again.
   *
   * To be asked when a stage's functions are captured, or, where tasks run in the caller's thread, after they have
   * run; and again before a result is stored, for the files. What it names must not be stored under its fingerprint.
   */
  async recheck(node: LineageNode, isStored: (node: LineageNode) => boolean = () => false): Promise<readonly string[]> {
    const isComputed = (at: LineageNode): boolean => at.checkpoint === undefined && (at === node || !isStored(at));
    return await this.#changesOf(walkInputs(node, (at) => !isComputed(at), parentsOf).filter(isComputed));
  }

  /**
   * As `recheck`, of what one stage computes: `node`, what it reads through narrow dependencies, and the shuffle that it
   * writes. What it reads through shuffles is for other stages, and so is what it reads from blocks: nodes where `isStored` holds.
   */
  async recheckStage(
    node: LineageNode,
    written?: ShuffleDependency,
    isStored: (node: LineageNode) => boolean = () => false,
  ): Promise<readonly string[]> {
    const nodes = stageNodes(node, isStored).filter((each) => each.checkpoint === undefined && !isStored(each));
    return await this.#changesOf(nodes, written);
  }

  /** As `recheckStage`, of the files alone. */
  recheckFiles(node: LineageNode, isStored: (node: LineageNode) => boolean = () => false): readonly string[] {
    const nodes = stageNodes(node, isStored).filter((each) => !isStored(each));
    return [...new Set(nodes.flatMap((each) => this.#changedFiles(this.#nodes.get(each)?.record.files)))];
  }

  /** All is captured before this first waits. */
  async #changesOf(nodes: readonly LineageNode[], written?: ShuffleDependency): Promise<readonly string[]> {
    const changes = new Set<string>();
    const lists = new Map<Owner, readonly unknown[]>();
    if (written !== undefined) {
      addList(lists, written, partsOfShuffle(written).functions);
      this.#listPartitioner(written.partitioner, lists);
    }
    for (const each of nodes) {
      const { record } = this.#entryOf(each);
      const parts = partsOf(each);
      const records = parts.records === undefined ? undefined : recordsOf(parts.records);
      if (records?.digest !== record.records?.digest) changes.add(`the records of ${record.callSite} changed`);
      for (const change of this.#changedFiles(record.files)) changes.add(change);
      listFunctions({ node: each, parts, dependencies: each.dependencies, records }, lists);
      for (const partitioner of partitionersOf(each)) this.#listPartitioner(partitioner, lists);
    }
    for (const [owner, { record }] of await captureLists(lists, this.#capture, this.#firstBuilds)) {
      for (const change of changedFunctions(this.#functionsOf(owner), record)) changes.add(change);
    }
    return [...changes];
  }

  #entryOf(node: LineageNode): Entry {
    const entry = this.#nodes.get(node);
    invariant(entry !== undefined, `node ${node.id} has a fingerprint`);
    return entry;
  }

  #newNodes(root: LineageNode): readonly LineageNode[] {
    return walkInputs(root, (node) => this.#nodes.has(node)).filter((node) => !this.#nodes.has(node));
  }

  #plan(nodes: readonly LineageNode[]): readonly Plan[] {
    const counts = new Map<LineageNode, number>();
    return nodes.map((node) => {
      const parts = partsOf(node);
      const dependencies = dependenciesOf(node);
      // Asking each step of a long chain would be quadratic: they have their input's.
      const [input] = dependencies;
      const partitions =
        node.kind === 'step' && input !== undefined
          ? (counts.get(input.parent) ?? this.#entryOf(input.parent).record.partitions)
          : findPartitions(node).length;
      counts.set(node, partitions);
      const unknown = partitionersOf(node).filter((partitioner) => !this.#partitioners.has(partitioner));
      const partitioners = new Map(unknown.map((partitioner) => [partitioner, partsOfPartitioner(partitioner)]));
      const files = parts.files && filesOf(node).map((file) => this.#inputs.identify(file));
      const records = parts.records && recordsOf(parts.records);
      return { node, parts, dependencies, partitioners, partitions, files, records };
    });
  }

  async #captureAll(plans: readonly Plan[]): Promise<ReadonlyMap<Owner, Captured>> {
    const lists = new Map<Owner, readonly unknown[]>();
    for (const plan of plans) {
      listFunctions(plan, lists);
      for (const [partitioner, { functions, bounds }] of plan.partitioners) {
        addList(lists, partitioner, bounds === undefined ? functions : [...functions, bounds]);
      }
    }
    return await captureLists(lists, this.#capture, this.#firstBuilds);
  }

  #functionsOf(owner: Owner): FunctionsRecord | undefined {
    const entry =
      this.#nodes.get(owner as LineageNode) ??
      this.#shuffles.get(owner as ShuffleDependency) ??
      this.#partitioners.get(owner as Partitioner);
    return entry?.record.functions;
  }

  #listPartitioner(partitioner: Partitioner, lists: Map<Owner, readonly unknown[]>): void {
    // Bounds are found once, and stay.
    if (!this.#isOfBounds(partitioner)) addList(lists, partitioner, partsOfPartitioner(partitioner).functions);
  }

  #isOfBounds(partitioner: Partitioner): boolean {
    return partitioner instanceof RangePartitioner && this.#partitioners.get(partitioner)?.ofBounds === true;
  }

  #changedFiles(files: readonly InputRecord[] | undefined): readonly string[] {
    if (files === undefined) return [];
    return changedFiles(
      files,
      files.flatMap((file) => this.#inputs.again(file) ?? []),
    );
  }

  #enter(plan: Plan, captured: ReadonlyMap<Owner, Captured>): Entry {
    const { node, parts, dependencies, partitions, files, records } = plan;
    const declared = node.declaredVersion;
    const own = captured.get(node) ?? NOTHING_CAPTURED;
    const volatile = new Set(reasonsOf(own, declared));
    const partitioner = node.partitioner && this.#enterPartitioner(node.partitioner, plan, captured);
    for (const reason of partitioner?.volatile ?? []) volatile.add(reason);
    if (parts.isLost) volatile.add(`${describeCallSite(node.callSite)} was checkpointed before it had a fingerprint`);
    if (parts.unversioned !== undefined && declared === undefined) volatile.add(parts.unversioned);
    const inputs = dependencies.map((dependency): InputEdge => {
      const parent = this.#entryOf(dependency.parent).record.fingerprint;
      if (dependency.kind === 'narrow') return { parent };
      const { record, reasons } = this.#enterShuffle(dependency, plan, captured, declared);
      for (const reason of reasons) volatile.add(reason);
      return { parent, shuffle: record };
    });
    const fingerprint = digestOfData([
      node.kind,
      partitions,
      parts.parameters,
      inputs.map(({ parent, shuffle }) =>
        shuffle === undefined ? ['narrow', parent] : ['shuffle', shuffle.fingerprint],
      ),
      partitioner?.record.digest,
      own.record?.digest,
      files?.map((file) => [...identityOfInput(file), ...(parts.files === 'named' ? [file.path] : [])]),
      records && [records.count, records.digest],
      declared,
    ]);
    const record: NodeRecord = {
      fingerprint,
      version: FINGERPRINT_VERSION,
      kind: node.kind,
      callSite: describeCallSite(node.callSite),
      partitions,
      parameters: textsOf(parts.parameters),
      inputs,
      ...(partitioner === undefined ? {} : { partitioner: partitioner.record }),
      ...(own.record === undefined ? {} : { functions: own.record }),
      ...(files === undefined ? {} : { files }),
      ...(records === undefined ? {} : { records }),
      ...(declared === undefined ? {} : { declared }),
      volatile: [...volatile],
    };
    const isVolatile = volatile.size > 0 || dependencies.some(({ parent }) => this.#entryOf(parent).isVolatile);
    return { record, isVolatile };
  }

  #enterShuffle(
    shuffle: ShuffleDependency,
    plan: Plan,
    captured: ReadonlyMap<Owner, Captured>,
    declared: string | undefined,
  ): { readonly record: ShuffleRecord; readonly reasons: readonly string[] } {
    const { parent } = shuffle;
    const { parameters } = partsOfShuffle(shuffle);
    const own = captured.get(shuffle) ?? NOTHING_CAPTURED;
    const partitioner = this.#enterPartitioner(shuffle.partitioner, plan, captured);
    const above = this.#entryOf(parent);
    const digests = [partitioner.record.digest, own.record?.digest, declared];
    const record: ShuffleRecord = {
      fingerprint: digestOfData([FINGERPRINT_VERSION, 'shuffle', above.record.fingerprint, parameters, ...digests]),
      parameters: canonicalText(parameters),
      partitioner: partitioner.record,
      ...(own.record === undefined ? {} : { functions: own.record }),
      ...(declared === undefined ? {} : { declared }),
    };
    const reasons = [...reasonsOf(own, declared), ...partitioner.volatile];
    this.#shuffles.set(shuffle, { record, isVolatile: reasons.length > 0 || above.isVolatile });
    return { record, reasons };
  }

  #enterPartitioner(
    partitioner: Partitioner,
    { partitioners }: Plan,
    captured: ReadonlyMap<Owner, Captured>,
  ): PartitionerEntry {
    const known = this.#partitioners.get(partitioner);
    if (known !== undefined) return known;
    const parts = partitioners.get(partitioner);
    invariant(parts !== undefined, 'a new partitioner is in the plan of its node');
    const { parameters, sampled, bounds, isLost } = parts;
    const own = captured.get(partitioner) ?? NOTHING_CAPTURED;
    const volatile = [...reasonsOf(own, undefined)];
    if (isLost) volatile.push(`nothing holds the dataset that the ranges of ${partitioner.describe()} follow from`);
    if (sampled !== undefined) volatile.push(...this.volatileReasons(sampled));
    // The id gives the seeds of the sample, and with them the bounds.
    const from = sampled && { fingerprint: this.#entryOf(sampled).record.fingerprint, seed: sampled.id };
    const record: PartitionerRecord = {
      text: partitioner.describe(),
      digest: digestOfData([parameters, own.record?.digest, from]),
      ...(own.record === undefined ? {} : { functions: own.record }),
      ...(from === undefined ? {} : { sampled: from }),
    };
    const entry = { record, ofBounds: bounds !== undefined, volatile };
    this.#partitioners.set(partitioner, entry);
    return entry;
  }
}

function keyed(digest: string, isVolatile: boolean): Fingerprint {
  return { digest, key: isVolatile ? undefined : digest };
}

/** An empty digest stands for records that are captured as functions are. */
function recordsOf(records: readonly unknown[]): { readonly count: number; readonly digest: string } {
  return { count: records.length, digest: digestOfRecords(records) ?? '' };
}

function reasonsOf({ volatile, stale }: Captured, declared: string | undefined): readonly string[] {
  return declared === undefined ? [...volatile, ...stale] : stale;
}

function textsOf(parameters: Readonly<Record<string, PlainData>>): Record<string, string> {
  const known = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known.map(([name, value]) => [name, canonicalText(value)]));
}
