/**
 * What becomes of records that are not as they should be, by Spark's names: fields that cannot be read are null
 * (PERMISSIVE), the record is left out (DROPMALFORMED), or the job fails (FAILFAST).
 */
export type RecordMode = 'PERMISSIVE' | 'DROPMALFORMED' | 'FAILFAST';

export const RECORD_MODES: readonly RecordMode[] = ['PERMISSIVE', 'DROPMALFORMED', 'FAILFAST'];

/** The field that takes a malformed record's text, where a schema has it and no other name is given. */
export const CORRUPT_RECORD = '_corrupt_record';

/**
 * The mode where none was chosen. A schema of the user's says what is wanted of the records, and Spark's default is
 * meant; an inferred one is a guess, and a record that refutes it must not silently lose what it says.
 */
export function modeOf(chosen: RecordMode | undefined, hasSchema: boolean): RecordMode {
  return chosen ?? (hasSchema ? 'PERMISSIVE' : 'FAILFAST');
}
