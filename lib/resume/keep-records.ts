/** The records behind fingerprints, as they are stored beside what is found by them, and as they are compared. */
import type { FingerprintStore } from '../../storage/metadata/fingerprint-store.ts';
import type { ShuffleDependency } from '../lineage/dependency.ts';
import type { FingerprintRecord, InputEdge, NodeRecord } from '../lineage/fingerprint-record.ts';
import type { Fingerprints } from '../lineage/fingerprints.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';

/** More of a lineage than this is not compared: what is farther away is one input that changed. */
const MOST_RECORDS = 5000;

/** The fingerprints that a record follows from. */
export function inputsOfRecord({ inputs, partitioner }: NodeRecord): readonly string[] {
  const partitioners = [...inputs.map(({ shuffle }) => shuffle?.partitioner), partitioner];
  const sampled = partitioners.flatMap((each) => (each?.sampled === undefined ? [] : [each.sampled.fingerprint]));
  return [...new Set([...inputs.map(({ parent }) => parent), ...sampled])];
}

/** A shuffle's record, in the form of a dataset's: what its map outputs follow from. Undefined for one that has none. */
export function recordOfShuffle(fingerprints: Fingerprints, shuffle: ShuffleDependency): NodeRecord | undefined {
  const found = fingerprints.recordOfShuffle(shuffle);
  if (found === undefined) return undefined;
  const { parent, record } = found;
  const { fingerprint, parameters, partitioner, functions, declared } = record;
  const edge: InputEdge = { parent: parent.fingerprint };
  return {
    fingerprint,
    version: parent.version,
    kind: 'shuffle',
    callSite: parent.callSite,
    partitions: parent.partitions,
    parameters: { shuffle: parameters },
    inputs: [edge],
    partitioner,
    ...(functions === undefined ? {} : { functions }),
    ...(declared === undefined ? {} : { declared }),
    volatile: [],
  };
}

/** Writes down what fingerprints are made of, once each. */
export class RecordKeeper {
  readonly #store: FingerprintStore;
  readonly #fingerprints: Fingerprints;
  readonly #kept = new WeakSet<LineageNode | ShuffleDependency>();

  constructor(store: FingerprintStore, fingerprints: Fingerprints) {
    this.#store = store;
    this.#fingerprints = fingerprints;
  }

  /** Keeps the records of a dataset and of all it is computed from. */
  keep(node: LineageNode): void {
    if (this.#kept.has(node)) return;
    const isKept = (each: LineageNode) => this.#kept.has(each);
    const nodes = this.#fingerprints.walk(node, isKept);
    this.put(nodes.filter((each) => !isKept(each)).flatMap((each) => this.#fingerprints.recordAt(each) ?? []));
    for (const each of nodes) this.#kept.add(each);
  }

  /** Keeps the record of a shuffle as well. */
  keepShuffle(shuffle: ShuffleDependency): void {
    if (this.#kept.has(shuffle)) return;
    this.keep(shuffle.parent);
    const record = recordOfShuffle(this.#fingerprints, shuffle);
    if (record !== undefined) this.put([record]);
    this.#kept.add(shuffle);
  }

  /** Keeps records as they are. */
  put(records: readonly NodeRecord[]): void {
    this.#store.put(
      records.map((record) => ({
        fingerprint: record.fingerprint,
        json: JSON.stringify(record),
        inputs: inputsOfRecord(record),
      })),
    );
  }
}

/** The stored records of a fingerprint and of what it follows from, inputs first; none where it is unknown. */
export function storedRecords(store: FingerprintStore, fingerprint: string): FingerprintRecord {
  const found = new Map<string, NodeRecord>();
  const queue = [fingerprint];
  for (let i = 0; i < queue.length && found.size < MOST_RECORDS; i++) {
    const key = queue[i] as string;
    if (found.has(key)) continue;
    const text = store.get(key);
    if (text === undefined) continue;
    const record = JSON.parse(text) as NodeRecord;
    found.set(key, record);
    queue.push(...inputsOfRecord(record));
  }
  return [...found.values()].reverse();
}
