/**
 * What a loop is known by in another run: its functions as they are when it begins, and what they capture. Datasets stand
 * for themselves by their fingerprints, the session is a constant; everything else counts by its content.
 *
 * Between taking it and storing a state under it, functions and what they capture may change: `changes` tells.
 */
import type { CallSite } from '../lineage/call-site.ts';
import { changedFunctions } from '../lineage/diff-fingerprints.ts';
import { findPartitions } from '../lineage/find-partitions.ts';
import type { Captured } from '../lineage/fingerprint-functions.ts';
import type { FingerprintRecord, NodeRecord } from '../lineage/fingerprint-record.ts';
import type { Fingerprints } from '../lineage/fingerprints.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import { loopRecord } from '../lineage/loop-record.ts';
import { nodeOf, Rdd } from './rdd.ts';

export interface LoopFunctions {
  readonly callSite: CallSite;
  readonly initial: LineageNode;
  /** `step`, and `until` where there is one. */
  readonly functions: readonly unknown[];
  /** What the user declares of what no digest sees; it speaks for functions that cannot be captured, too. */
  readonly version: string | undefined;
  readonly isSession: (thing: object) => boolean;
}

/** See the file header. */
export class LoopIdentity {
  readonly record: NodeRecord;
  readonly #fingerprints: Fingerprints;
  readonly #of: LoopFunctions;
  readonly #datasets: readonly LineageNode[];

  private constructor(fingerprints: Fingerprints, of: LoopFunctions, record: NodeRecord, datasets: LineageNode[]) {
    this.#fingerprints = fingerprints;
    this.#of = of;
    this.record = record;
    this.#datasets = datasets;
  }

  /** The identity of a loop, or why it has none. Raises what the fingerprints of datasets raise. */
  static async take(fingerprints: Fingerprints, of: LoopFunctions): Promise<LoopIdentity | readonly string[]> {
    const { callSite, initial, version } = of;
    await fingerprints.of(initial);
    const { captured, datasets } = await captureLoop(fingerprints, of);
    const nodes = [initial, ...datasets];
    const reasons = [
      ...nodes
        .filter((node) => fingerprints.find(node)?.key === undefined)
        .flatMap((node) => fingerprints.volatileReasons(node)),
      ...(version === undefined ? captured.volatile : []),
      ...captured.stale,
    ];
    if (reasons.length > 0) return [...new Set(reasons)];
    const digestOf = (node: LineageNode): string => fingerprints.find(node)?.digest ?? '';
    const record = loopRecord({
      callSite,
      inputs: [digestOf(initial), ...datasets.map(digestOf)],
      partitions: findPartitions(initial).length,
      functions: captured.record,
      declared: version,
    });
    return new LoopIdentity(fingerprints, of, record, datasets);
  }

  /** The loop's key. */
  get key(): string {
    return this.record.fingerprint;
  }

  /** All that the key is made of; the loop's own record last. */
  records(): FingerprintRecord {
    const nodes = [this.#of.initial, ...this.#datasets];
    const records = new Map(
      nodes.flatMap((node) => this.#fingerprints.recordOf(node)).map((record) => [record.fingerprint, record]),
    );
    return [...records.values(), this.record];
  }

  /** What has changed since, in words: functions, what they capture, files and records of the datasets. */
  async changes(): Promise<readonly string[]> {
    const changes = new Set<string>();
    const { captured } = await captureLoop(this.#fingerprints, this.#of);
    for (const change of changedFunctions(this.record.functions, captured.record)) changes.add(change);
    for (const stale of captured.stale) changes.add(stale);
    for (const node of [this.#of.initial, ...this.#datasets]) {
      for (const change of await this.#fingerprints.recheck(node)) changes.add(change);
    }
    return [...changes];
  }
}

/** Captures the functions of a loop, and again until every dataset they capture has its fingerprint. */
async function captureLoop(
  fingerprints: Fingerprints,
  { functions, isSession }: LoopFunctions,
): Promise<{ readonly captured: Captured; readonly datasets: LineageNode[] }> {
  for (;;) {
    const datasets = new Set<LineageNode>();
    const captured = await fingerprints.ofFunctions(functions, (thing) => {
      if (isSession(thing)) return 'session';
      if (!(thing instanceof Rdd)) return undefined;
      const node = nodeOf(thing);
      datasets.add(node);
      return fingerprints.find(node)?.digest ?? 'not known yet';
    });
    const unknown = [...datasets].filter((node) => fingerprints.find(node) === undefined);
    if (unknown.length === 0) return { captured, datasets: [...datasets] };
    for (const node of unknown) await fingerprints.of(node);
  }
}
