/** What lib/resume works on, without a session: datasets that nothing runs, their fingerprints, and a catalog. */
import type { Clock } from '../../../../lib/base/clock.ts';
import { type NodeId, type RunId, runId, taskId } from '../../../../lib/base/ids.ts';
import type { ShuffleDependency } from '../../../../lib/lineage/dependency.ts';
import type { LineageNode } from '../../../../lib/lineage/lineage-node.ts';
import { RecordKeeper } from '../../../../lib/resume/keep-records.ts';
import { StageChecks } from '../../../../lib/resume/stage-checks.ts';
import { MetadataDatabase } from '../../../../storage/metadata/database.ts';
import { FingerprintStore } from '../../../../storage/metadata/fingerprint-store.ts';
import { ShuffleCatalog } from '../../../../storage/metadata/shuffle-catalog.ts';
import type { MapOutput } from '../../../../storage/shuffle/map-output.ts';
import { ScratchDirectory } from '../../../storage/metadata/example-run.ts';
import { FingerprintBench } from '../../lineage/support/fingerprint-bench.ts';

export const RUN: RunId = runId('aaaa0001');
export const LATER: RunId = runId('bbbb0002');

export class ResumeBench extends FingerprintBench implements Disposable {
  readonly scratch = new ScratchDirectory();
  readonly clock: Clock & { now: number } = {
    now: 1000,
    nowMs: () => this.clock.now,
    monotonicMs: () => this.clock.now,
  };
  readonly database = MetadataDatabase.open(this.scratch.database, { clock: this.clock });
  readonly shuffles = new ShuffleCatalog(this.database);
  readonly store = new FingerprintStore(this.database);
  readonly records = new RecordKeeper(this.store, this.fingerprints);
  readonly checks: StageChecks;
  /** Datasets of which every partition has a block. */
  readonly stored = new Set<NodeId>();

  constructor(options: { readonly isInline?: boolean } = {}) {
    super();
    this.checks = new StageChecks(this.fingerprints, {
      isInline: options.isInline ?? true,
      isStored: ({ id }) => this.stored.has(id),
    });
  }

  [Symbol.dispose](): void {
    this.database.close();
    this.scratch[Symbol.dispose]();
  }
}

/** The shuffle that a dataset reads, itself or through steps. */
export function shuffleOf(node: LineageNode): ShuffleDependency {
  for (let at: LineageNode | undefined = node; at !== undefined; at = at.dependencies[0]?.parent) {
    const [dependency] = at.dependencies;
    if (dependency?.kind === 'shuffle') return dependency;
  }
  throw new TypeError('the dataset reads no shuffle');
}

/** An output with a record and ten bytes for each of two reduce partitions. */
export function outputOf(dependency: ShuffleDependency, mapIndex: number, task = mapIndex): MapOutput {
  const { shuffleId } = dependency;
  return { shuffleId, mapIndex, taskId: taskId(task), partitionBytes: [10, 10], partitionRows: [1, 1] };
}
