import type { RunId } from '../../lib/base/ids.ts';
import type { MetadataDatabase } from './database.ts';
import type { ReuseDecisionRow } from './rows.ts';
import { REUSE_DECISIONS } from './table.ts';

/** What a run found of earlier ones, and what it did with it. */
export type ReuseDecision = Omit<ReuseDecisionRow, 'run' | 'seq'>;

/** Writes the decisions of one run, whose row is there. Raises what `MetadataDatabase` raises; a failed call wrote nothing. */
export class ReuseLog {
  readonly #database: MetadataDatabase;
  readonly #run: RunId;
  #nextSeq = 0;

  constructor(database: MetadataDatabase, run: RunId) {
    this.#database = database;
    this.#run = run;
  }

  /** In their order, in one transaction. */
  record(decisions: readonly ReuseDecision[]): void {
    if (decisions.length === 0) return;
    const rows = decisions.map((decision, i) => ({ ...decision, run: this.#run, seq: this.#nextSeq + i }));
    this.#database.transaction(() => {
      this.#database.runMany(
        REUSE_DECISIONS.insert,
        rows.map((row) => REUSE_DECISIONS.values(row)),
      );
    });
    this.#nextSeq += rows.length;
  }
}
