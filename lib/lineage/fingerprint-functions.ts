/** The functions of nodes, shuffles and partitioners as fingerprints take them: captured, described, and never run. */
import { CairnError } from '../base/errors.ts';
import { type CaptureOptions, captureEach, type Refused } from '../closure/capture.ts';
import { type BuildDescription, describePacket } from '../closure/describe-packet.ts';
import { fingerprintOf } from '../closure/fingerprint.ts';
import type { Packet } from '../closure/packet.ts';
import type { Dependency, ShuffleDependency } from './dependency.ts';
import { type NodeParts, partsOfShuffle } from './fingerprint-parts.ts';
import type { FunctionsRecord, NodeRecord } from './fingerprint-record.ts';
import type { LineageNode } from './lineage-node.ts';
import type { Partitioner } from './partitioner.ts';

/** What functions are captured for. */
export type Owner = LineageNode | ShuffleDependency | Partitioner;

/** Functions as captured, and why they are not to be found again. */
export interface Captured {
  readonly record: FunctionsRecord | undefined;
  /** What has no content to hash: a declared version may speak for it. */
  readonly volatile: readonly string[];
  /** What is not computed with as it was captured, whatever was declared. */
  readonly stale: readonly string[];
}

/** Of what has no functions. */
export const NOTHING_CAPTURED: Captured = { record: undefined, volatile: [], stale: [] };

/** A node, and what of it is needed to list its functions. */
export interface ListedNode {
  readonly node: LineageNode;
  readonly parts: NodeParts;
  readonly dependencies: readonly Dependency[];
  readonly records: NodeRecord['records'];
}

/**
 * Adds the functions of a node and of its shuffles, where there are any. An empty digest of `records` stands for records
 * that are no values: they are captured, as they are when they travel.
 */
export function listFunctions(
  { node, parts, dependencies, records }: ListedNode,
  lists: Map<Owner, readonly unknown[]>,
): void {
  addList(lists, node, records?.digest === '' ? (parts.records ?? []) : parts.functions);
  for (const dependency of dependencies) {
    if (dependency.kind === 'shuffle') addList(lists, dependency, partsOfShuffle(dependency).functions);
  }
}

/** Notes functions to be captured together. */
export function addList(lists: Map<Owner, readonly unknown[]>, owner: Owner, functions: readonly unknown[]): void {
  if (functions.length > 0) lists.set(owner, functions);
}

/**
 * What values of `perWorker` were built by when a fingerprint first met them, by their handles: workers keep them, so
 * that what builds them later says nothing of what is computed.
 */
export type FirstBuilds = Map<number, string>;

/** Captures each list by itself, all at the moment of the call. Adds new handles to `firstBuilds`. */
export async function captureLists(
  lists: ReadonlyMap<Owner, readonly unknown[]>,
  options: CaptureOptions,
  firstBuilds: FirstBuilds = new Map(),
): Promise<ReadonlyMap<Owner, Captured>> {
  const owners = [...lists.keys()];
  const results = await captureEach([...lists.values()], options);
  return new Map(results.map((result, i) => [owners[i] as Owner, capturedOf(result, firstBuilds)]));
}

/** As `captureLists`, of one list. */
export async function captureList(
  functions: readonly unknown[],
  options: CaptureOptions,
  firstBuilds: FirstBuilds,
): Promise<Captured> {
  const [result] = await captureEach([functions], options);
  return result === undefined ? NOTHING_CAPTURED : capturedOf(result, firstBuilds);
}

function capturedOf(result: Packet | Refused, firstBuilds: FirstBuilds): Captured {
  if ('error' in result) {
    return {
      record: { digest: 'refused', values: '', functions: [] },
      volatile: [describeRefusal(result.error)],
      stale: [],
    };
  }
  const { digest, volatile } = fingerprintOf(result);
  const { values, functions, builds, loads } = describePacket(result);
  const loading = loads.map((location) => `function at ${location} loads modules by a path, which no fingerprint sees`);
  const [first] = functions;
  const stale = builds.filter((build) => !isAsFirstBuilt(build, firstBuilds)).map(() => describeStale(first?.location));
  return { record: { digest, values, functions }, volatile: [...volatile, ...loading], stale };
}

function isAsFirstBuilt({ token, digest }: BuildDescription, firstBuilds: FirstBuilds): boolean {
  const known = firstBuilds.get(token);
  if (known === undefined) firstBuilds.set(token, digest);
  return known === undefined || known === digest;
}

function describeStale(location: string | undefined): string {
  return `function at ${location ?? 'unknown'} uses a value of perWorker that may have been built before what builds it changed`;
}

function describeRefusal(error: unknown): string {
  if (CairnError.is(error, 'TASK_NOT_SERIALIZABLE')) return `${error.params.path} ${error.params.reason}`;
  return error instanceof Error ? error.message : String(error);
}
