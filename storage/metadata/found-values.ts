/**
 * What jobs of an earlier run found out before map outputs could be written: the bounds of ranges, the first numbers of
 * partitions. Outputs that stay for later runs were made with them, and what a later run adds has to be made with the
 * same: found anew from inputs that give other records each time, they would be others.
 *
 * Values are bytes of whoever found them. They stay for as long as any output does.
 */
import type { RunId } from '../../lib/base/ids.ts';
import type { MetadataDatabase } from './database.ts';

/** Methods raise what `MetadataDatabase` raises; a failed one wrote nothing. */
export class FoundValues {
  readonly #database: MetadataDatabase;

  constructor(database: MetadataDatabase) {
    this.#database = database;
  }

  /** The bytes put for a fingerprint; undefined where there are none. */
  get(fingerprint: string): Uint8Array | undefined {
    const sql = 'SELECT value FROM found_values WHERE fingerprint = ?';
    return this.#database.get<{ value: Uint8Array }>(sql, fingerprint)?.value;
  }

  /** Puts bytes for a fingerprint, in the place of those that were there. */
  put(run: RunId, fingerprint: string, value: Uint8Array): void {
    const sql = `INSERT INTO found_values (fingerprint, run, value) VALUES (?, ?, ?)
      ON CONFLICT (fingerprint) DO UPDATE SET run = excluded.run, value = excluded.value`;
    this.#database.transaction(() => this.#database.run(sql, fingerprint, run, value));
  }

  /** Removes all of them where no map output stays; gives their number. */
  prune(): number {
    const sql = 'DELETE FROM found_values WHERE NOT EXISTS (SELECT 1 FROM retained_shuffles)';
    return this.#database.transaction(() => this.#database.run(sql));
  }
}
