/**
 * Spares a later run the jobs that find bounds of ranges and first numbers of partitions, and makes sure that what it
 * adds to the map outputs of an earlier run is made with the same ones: where inputs give other records each time, bounds
 * that were found anew would put records between those of the earlier run that belong elsewhere. For the same reason what
 * was found first stays: two sorts of one dataset whose jobs run side by side may find other bounds each.
 */
import { createHash } from 'node:crypto';
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
  /** Digests of what is on record, or about to be. */
  readonly #first = new Map<string, string>();

  constructor(options: KeptFindingsOptions) {
    this.#options = options;
  }

  /** Takes over what an earlier run found, where it did. What cannot be read is found again. */
  restore(preparation: Preparation): void {
    const { isReady, finding } = preparation;
    const key = finding && this.#keyOf(finding);
    if (isReady || finding === undefined || key === undefined) return;
    const bytes = this.#options.values.get(key);
    if (bytes === undefined) return;
    try {
      finding.set(bytes.length === 0 ? [] : decodeRows([bytes], 'what an earlier run found'));
    } catch {
      return;
    }
    // A job that is about to find it finds something of its own, perhaps.
    if (preparation.isReady) this.#kept.add(finding.owner);
  }

  /**
   * Puts on record what was found, unless something else is: of that nothing is stored, since it would be found with what
   * was made of the first. Nor where it cannot be put on record.
   */
  async keep({ finding }: Preparation): Promise<void> {
    const key = finding && this.#keyOf(finding);
    if (finding === undefined || key === undefined || this.#kept.has(finding.owner)) return;
    const { checks, values, run } = this.#options;
    const { source, owner } = finding;
    try {
      const records = finding.get();
      const bytes = Buffer.concat(encodeRows(records, 0, records.length, { rowsPerFrame: ROWS_PER_FRAME }));
      // Before this first waits: another job may go on with what was found.
      if (!this.#isFirst(key, bytes)) {
        checks.spoil(source, 'what was found of it is not what was found before');
        return;
      }
      const changes = await checks.changesOf({ kind: 'result', node: source, action: { kind: 'count' } });
      if (changes.length > 0) return;
      values.put(run, key, bytes);
      this.#kept.add(owner);
    } catch (error) {
      checks.spoil(
        source,
        `what was found of it cannot be kept: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  /** Whether nothing else was found under that key before, by this run or an earlier one. */
  #isFirst(key: string, bytes: Uint8Array): boolean {
    const kept = this.#first.has(key) ? undefined : this.#options.values.get(key);
    const first = kept === undefined ? this.#first.get(key) : digestOf(kept);
    const own = digestOf(bytes);
    this.#first.set(key, first ?? own);
    return first === undefined || first === own;
  }

  #keyOf({ owner }: Finding): string | undefined {
    const { fingerprints } = this.#options;
    const found = owner instanceof LineageNode ? fingerprints.find(owner) : fingerprints.findPartitioner(owner);
    return found?.key && digestOfData([FINGERPRINT_VERSION, 'found', found.key]);
  }
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
