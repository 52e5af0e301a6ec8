/**
 * Spares a later run the jobs that find bounds of ranges and first numbers of partitions, and makes sure that what it
 * adds to the map outputs of an earlier run is made with the same ones: where inputs give other records each time, bounds
 * that were found anew would put records between those of the earlier run that belong elsewhere.
 */
import type { FoundValues } from '../../storage/metadata/found-values.ts';
import type { RunId } from '../base/ids.ts';
import { decodeRows, encodeRows } from '../exec/row-frames.ts';
import { digestOfData } from '../lineage/canonical-text.ts';
import { FINGERPRINT_VERSION } from '../lineage/fingerprint-parts.ts';
import type { Fingerprints } from '../lineage/fingerprints.ts';
import { LineageNode } from '../lineage/lineage-node.ts';
import type { Partitioner } from '../lineage/partitioner.ts';
import type { Finding, Preparation } from '../lineage/preparation.ts';
import type { StageChecks } from './stage-checks.ts';

export interface KeptFindingsOptions {
  readonly run: RunId;
  readonly values: FoundValues;
  readonly fingerprints: Fingerprints;
  readonly checks: StageChecks;
}

const ROWS_PER_FRAME = 1024;

export class KeptFindings {
  readonly #options: KeptFindingsOptions;
  readonly #kept = new WeakSet<Partitioner | LineageNode>();

  constructor(options: KeptFindingsOptions) {
    this.#options = options;
  }

  /** Takes over what an earlier run found, where it did. What cannot be read is found again. */
  restore({ isReady, finding }: Preparation): void {
    const key = finding && this.#keyOf(finding);
    if (isReady || finding === undefined || key === undefined) return;
    const bytes = this.#options.values.get(key);
    if (bytes === undefined) return;
    try {
      finding.set(bytes.length === 0 ? [] : decodeRows([bytes], 'what an earlier run found'));
    } catch {
      return;
    }
    this.#kept.add(finding.owner);
  }

  /** Puts on record what was found. Where that fails, what follows from it is not stored. */
  async keep({ finding }: Preparation): Promise<void> {
    const key = finding && this.#keyOf(finding);
    if (finding === undefined || key === undefined || this.#kept.has(finding.owner)) return;
    const { checks, values, run } = this.#options;
    const { source, owner } = finding;
    const changes = await checks.changesOf({ kind: 'result', node: source, action: { kind: 'count' } });
    if (changes.length > 0) return;
    try {
      const records = finding.get();
      const chunks = encodeRows(records, 0, records.length, { rowsPerFrame: ROWS_PER_FRAME });
      values.put(run, key, Buffer.concat(chunks));
      this.#kept.add(owner);
    } catch (error) {
      checks.spoil(
        source,
        `what was found of it cannot be kept: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  /** Whether what a partitioner was given is on record. */
  isKept(owner: Partitioner | LineageNode): boolean {
    return this.#kept.has(owner);
  }

  #keyOf({ owner }: Finding): string | undefined {
    const { fingerprints } = this.#options;
    const found = owner instanceof LineageNode ? fingerprints.find(owner) : fingerprints.findPartitioner(owner);
    return found?.key && digestOfData([FINGERPRINT_VERSION, 'found', found.key]);
  }
}
