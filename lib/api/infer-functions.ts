/** What runs in the tasks that tell the schema of records; travels by name. */
import { type Inferred, NOTHING_INFERRED, widen } from '../../formats/schema/infer-type.ts';
import { portable, portableValues } from '../closure/portable.ts';

/** What a partition's records have been so far. */
export const nothingInferred = (): Inferred => NOTHING_INFERRED;

export const widenByRecord = portable(
  'actions/widen-by-record',
  (format: string) =>
    (state: Inferred, record: unknown): Inferred =>
      widen(state, record, '', format),
);

portableValues('actions', { nothingInferred });
