/**
 * What fingerprints are made of, as plain data that JSON keeps: stored beside what was committed, so that a later run
 * can tell which input, function or captured variable is another one. Values and texts are there as digests alone.
 */
import type { FunctionDescription } from '../closure/describe-packet.ts';

/** A file that was read, as it was when its dataset was planned. */
export interface InputRecord {
  /** As the user wrote it. */
  readonly path: string;
  /** Where that led; undefined where files are known by their content. */
  readonly resolved?: string;
  readonly sizeBytes: number;
  /** Milliseconds, with the fraction that the file system has; undefined where files are known by their content. */
  readonly modifiedMs?: number;
  /** SHA-256 of the content. */
  readonly content?: string;
}

/** Functions that were captured together. */
export interface FunctionsRecord {
  readonly digest: string;
  /** Of what they were given by the engine: see `PacketDescription`. */
  readonly values: string;
  readonly functions: readonly FunctionDescription[];
}

export interface PartitionerRecord {
  /** `hash(8)`. */
  readonly text: string;
  readonly digest: string;
  /** An order, or the user's own. */
  readonly functions?: FunctionsRecord;
  /** The fingerprint of the dataset whose keys gave the bounds, and what the sample was seeded with. */
  readonly sampled?: { readonly fingerprint: string; readonly seed: number };
}

/** How a dataset depends on another one. */
export interface InputEdge {
  /** The fingerprint of the other one. */
  readonly parent: string;
  /** Undefined for a narrow dependency. */
  readonly shuffle?: ShuffleRecord;
}

export interface ShuffleRecord {
  readonly fingerprint: string;
  readonly parameters: string;
  readonly partitioner: PartitionerRecord;
  readonly functions?: FunctionsRecord;
  /** What the user declared of the dataset that reads it. */
  readonly declared?: string;
}

/** One dataset. */
export interface NodeRecord {
  readonly fingerprint: string;
  readonly version: number;
  readonly kind: string;
  /** `map at job.ts:14`; for people, and no part of the fingerprint. */
  readonly callSite: string;
  readonly partitions: number;
  /** Names and values, as canonical texts. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly inputs: readonly InputEdge[];
  readonly partitioner?: PartitionerRecord;
  readonly functions?: FunctionsRecord;
  readonly files?: readonly InputRecord[];
  /** Of a collection. */
  readonly records?: { readonly count: number; readonly digest: string };
  /** What the user declared. */
  readonly declared?: string;
  /** What has no content to hash: not empty means that nothing of it is found again in another run. */
  readonly volatile: readonly string[];
}

/** A dataset and all it is computed from, the inputs of each before it; the last one is the dataset. */
export type FingerprintRecord = readonly NodeRecord[];
