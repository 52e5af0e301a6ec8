/**
 * What an error means to whoever handles it. The scheduler retries `transient` and `corruption`, never `user`
 * errors of the driver, `cancelled` or `internal`; it never looks at the text.
 */
export type ErrorKind = 'user' | 'transient' | 'corruption' | 'resource' | 'cancelled' | 'internal';

/** What is said of one code. */
export interface ErrorEntry {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly hint: string;
}
