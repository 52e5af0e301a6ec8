import { CairnError, describeValue } from '../base/errors.ts';

/** The record as a pair. Raises NOT_A_PAIR for anything but an array: JavaScript callers have no type check. */
export function checkPair(record: unknown): readonly [unknown, unknown] {
  if (!Array.isArray(record)) throw notAPair(record);
  return record as [unknown, unknown];
}

export function notAPair(record: unknown): CairnError {
  return new CairnError('NOT_A_PAIR', { found: describeValue(record) });
}
