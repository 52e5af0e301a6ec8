/** The schema of a dataset's records, by a job that looks at all of them. */
import type { Schema } from '../../formats/schema/data-type.ts';
import { type Inferred, inferredSchema, merge, NOTHING_INFERRED } from '../../formats/schema/infer-type.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import type { Engine, JobOptions } from './engine.ts';
import { nothingInferred, widenByRecord } from './infer-functions.ts';

/**
 * Computes the dataset once, and gives the columns that hold all its records, in the order of first appearance; those that
 * `known` says where there are no records. Raises ROW_NOT_WRITABLE where there are none either, and what the job raises.
 */
export async function inferSchema(
  engine: Engine,
  node: LineageNode,
  format: string,
  job: JobOptions,
  known?: () => Schema | undefined,
): Promise<Schema> {
  const merged = (await engine.runJob(
    node,
    {
      kind: 'aggregate',
      zero: nothingInferred,
      merge: widenByRecord(format) as (state: unknown, record: unknown) => unknown,
    },
    job,
  )) as Inferred[];
  const state = merged.reduce((a, b) => merge(a, b, '', format), NOTHING_INFERRED);
  return (state.kind === 'none' ? known?.() : undefined) ?? inferredSchema(state, format);
}
