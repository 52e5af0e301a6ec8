/**
 * What stands behind the fingerprints that something was stored under, for saying later what has changed.
 *
 * A record is JSON of whoever makes fingerprints, and kept as it was given. It is known by the fingerprint of a dataset
 * or of a shuffle, and names the fingerprints it follows from, so that what nothing stored needs any more can go.
 */
import { invariant } from '../../lib/base/invariant.ts';
import type { MetadataDatabase } from './database.ts';
import { FINGERPRINT_RECORDS, toSqlValue } from './table.ts';

/** What is stored of one dataset or shuffle. */
export interface StoredFingerprint {
  readonly fingerprint: string;
  /** The record as JSON text, as `JSON.stringify` gives it. */
  readonly json: string;
  /** The fingerprints it follows from directly. */
  readonly inputs: readonly string[];
}

/** A fingerprint means one record: what is stored already is as good as what comes. */
const INSERT = `${FINGERPRINT_RECORDS.insert} ON CONFLICT (fingerprint) DO NOTHING`;

const PRUNE = `
  WITH RECURSIVE needed (fingerprint) AS (
    SELECT fingerprint FROM checkpoints WHERE fingerprint IS NOT NULL
    UNION SELECT fingerprint FROM retained_shuffles
    UNION
    SELECT each.value FROM needed
    CROSS JOIN fingerprint_records ON fingerprint_records.fingerprint = needed.fingerprint
    CROSS JOIN json_each(fingerprint_records.inputs) AS each)`;

/** See the file header. Methods raise what `MetadataDatabase` raises; a failed one wrote nothing. */
export class FingerprintStore {
  readonly #database: MetadataDatabase;

  constructor(database: MetadataDatabase) {
    this.#database = database;
  }

  has(fingerprint: string): boolean {
    return this.#database.get('SELECT 1 FROM fingerprint_records WHERE fingerprint = ?', fingerprint) !== undefined;
  }

  /** Stores what is new of them, in one transaction. */
  put(records: readonly StoredFingerprint[]): void {
    if (records.length === 0) return;
    this.#database.transaction(() => {
      this.#database.runMany(
        INSERT,
        records.map(({ fingerprint, inputs, json }) => {
          // Not by `toSqlValue`, which cuts long texts. JSON.stringify writes lone surrogates as escapes.
          invariant(!/\p{Surrogate}/u.test(json), `the record of ${fingerprint} is no JSON text`);
          return [fingerprint, toSqlValue(inputs), json];
        }),
      );
    });
  }

  /** The record's JSON, as it was put. */
  get(fingerprint: string): string | undefined {
    const sql = 'SELECT record FROM fingerprint_records WHERE fingerprint = ?';
    return this.#database.get<{ record: string }>(sql, fingerprint)?.record;
  }

  /** Removes what nothing stored leads to, neither a checkpoint, in any state, nor a retained shuffle; gives the number. */
  prune(): number {
    return this.#database.transaction(() =>
      this.#database.run(`${PRUNE} DELETE FROM fingerprint_records WHERE fingerprint NOT IN needed`),
    );
  }
}
