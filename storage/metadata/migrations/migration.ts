/**
 * One step of the schema. `version` is the `user_version` the database has afterwards; steps are numbered from 1
 * without gaps and are never edited once a release has carried them.
 */
export interface Migration {
  readonly version: number;
  /** What it adds, for messages. */
  readonly name: string;
  /** Any number of statements; run in one transaction with the change of `user_version`. */
  readonly sql: string;
}
