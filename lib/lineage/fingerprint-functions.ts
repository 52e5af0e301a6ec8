/** The functions of nodes, shuffles and partitioners as fingerprints take them: captured, described, and never run. */
import { CairnError } from '../base/errors.ts';
import { type CaptureOptions, captureEach, type Refused } from '../closure/capture.ts';
import { describePacket } from '../closure/describe-packet.ts';
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
  readonly volatile: readonly string[];
}

/** Of what has no functions. */
export const NOTHING_CAPTURED: Captured = { record: undefined, volatile: [] };

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

/** Captures each list by itself, all at the moment of the call. */
export async function captureLists(
  lists: ReadonlyMap<Owner, readonly unknown[]>,
  options: CaptureOptions,
): Promise<ReadonlyMap<Owner, Captured>> {
  const owners = [...lists.keys()];
  const results = await captureEach([...lists.values()], options);
  return new Map(results.map((result, i) => [owners[i] as Owner, capturedOf(result)]));
}

function capturedOf(result: Packet | Refused): Captured {
  if ('error' in result) {
    return { record: { digest: 'refused', values: '', functions: [] }, volatile: [describeRefusal(result.error)] };
  }
  const { digest, volatile } = fingerprintOf(result);
  const { values, functions, loads } = describePacket(result);
  const loading = loads.map((location) => `function at ${location} loads modules by a path, which no fingerprint sees`);
  return { record: { digest, values, functions }, volatile: [...volatile, ...loading] };
}

function describeRefusal(error: unknown): string {
  if (CairnError.is(error, 'TASK_NOT_SERIALIZABLE')) return `${error.params.path} ${error.params.reason}`;
  return error instanceof Error ? error.message : String(error);
}
