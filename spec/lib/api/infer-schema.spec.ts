import { describe, expect, it } from 'vitest';
import { formatField } from '../../../formats/schema/data-type.ts';
import { inferSchema } from '../../../lib/api/infer-schema.ts';
import { nodeOf } from '../../../lib/api/rdd.ts';
import { EngineOfSpec, SpecDirectory } from '../../support/engine-of-spec.ts';

const columns = async (records: readonly unknown[], partitions: number) => {
  using home = new SpecDirectory();
  await using bench = await EngineOfSpec.open({ dir: home.path, master: 'local' });
  const node = nodeOf(bench.parallelize(records, partitions));
  const schema = await inferSchema(bench.engine, node, 'Parquet', { method: 'parquet', signal: undefined });
  return schema.fields.map(formatField);
};

describe('inferSchema', () => {
  it('looks at the records of all partitions, those without any too', async () => {
    expect(await columns([{ a: 1 }, { a: 2, b: 'x' }, { a: 0.5 }], 5)).toEqual(['a: float64', 'b: string']);
  });

  it('fails where partitions have nothing in common', async () => {
    await expect(columns([{ a: 1 }, { a: 'x' }], 2)).rejects.toThrow(/ROW_NOT_WRITABLE/);
    await expect(columns([{ a: 1 }, { a: 'x' }], 1)).rejects.toThrow(/JOB_FAILED/);
  });
});
