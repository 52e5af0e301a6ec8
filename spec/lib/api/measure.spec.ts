import { afterEach, describe, expect, it } from 'vitest';
import { col } from '../../../lib/index.ts';
import { SpecDirectory } from '../../support/engine-of-spec.ts';
import { useSession } from '../../support/use-session.ts';

const spec = useSession({ parallelism: 2 });
const home = new SpecDirectory();
afterEach(() => home[Symbol.dispose]());

describe('measuring', () => {
  it('counts the tasks of the jobs of its work, and of no others', async () => {
    const { session } = spec;
    const counted = session.range(0, 100, 1, 4).map((n) => [n % 3, n] as const);
    const other = session.range(0, 1000, 1, 4);
    const [{ result, metrics }, unmeasured] = await Promise.all([
      session.measure(async () => {
        await Promise.resolve();
        return await counted.reduceByKey((a, b) => a + b, 2).collect();
      }),
      other.count(),
    ]);
    expect(result).toHaveLength(3);
    expect(unmeasured).toBe(1000);
    expect(metrics).toMatchObject({ rowsRead: 100, shuffleWriteRecords: 12, shuffleReadRecords: 12 });
    expect(metrics.resultBytes).toBeGreaterThan(0);
  });

  it('nests', async () => {
    const { session } = spec;
    const outer = await session.measure(async () => {
      await session.range(10).count();
      return await session.measure(() => session.withJobs({ group: 'a' }, () => session.range(5).count()));
    });
    expect(outer.metrics.rowsRead).toBe(15);
    expect(outer.result.metrics.rowsRead).toBe(5);
  });

  it('tells what is read of files', async () => {
    const { session } = spec;
    // More than what is read at once of the end of a file.
    const rows = Array.from({ length: 20_000 }, (_, i) => ({ id: i, text: `row ${i}` }));
    const path = home.join('rows');
    const schema = { id: 'int32', text: 'string' };
    const written = await session.measure(() =>
      session.parallelize(rows, 1).write.parquet(path, { schema, rowGroupRows: 1000, codec: 'none' }),
    );
    expect(written.metrics.rowsWritten).toBe(20_000);
    const all = await session.measure(() => session.read.parquet(path).collect());
    const some = session.read.parquet(path, { columns: ['id'], where: col('id').lt(1000) });
    const part = await session.measure(() => some.count());
    expect(part.result).toBe(1000);
    expect(part.metrics.bytesRead).toBeLessThan(all.metrics.bytesRead / 2);
    // All but the four bytes that a file begins with.
    expect(all.metrics.bytesRead).toBe(some.scanFigures.bytes.total - 4);
  });

  it('says nothing of work that starts no job, and passes on what it throws', async () => {
    const { session } = spec;
    expect(await session.measure(() => 7)).toMatchObject({ result: 7, metrics: { rowsRead: 0, durationMs: 0 } });
    await expect(session.measure(() => Promise.reject(new RangeError('no')))).rejects.toThrow(RangeError);
    await expect(session.measure(5 as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
