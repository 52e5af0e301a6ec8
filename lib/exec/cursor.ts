import { PoissonSampler } from '../base/poisson.ts';
import { partitionSeed, XorShiftRandom } from '../base/random.ts';
import type { Step } from '../lineage/step.ts';

/** What a step remembers while it goes through one partition. Steps without memory share one empty cursor. */
export interface Cursor {
  /** Records seen so far, or the number the next record gets. */
  position: number;
  readonly random: XorShiftRandom | undefined;
  readonly poisson: PoissonSampler | undefined;
  readonly partition: number;
}

/** A cursor at the start of a partition; the same partition always draws the same numbers. */
export function openCursor(step: Step, partition: number): Cursor {
  const cursor = (
    position: number,
    random: XorShiftRandom | undefined = undefined,
    poisson: PoissonSampler | undefined = undefined,
  ): Cursor => ({ position, random, poisson, partition });
  switch (step.kind) {
    case 'index':
      return cursor(step.starts.value?.[partition] ?? 0);
    case 'unique-id':
      return cursor(partition);
    case 'sample':
      return cursor(0, new XorShiftRandom(partitionSeed(step.seed, partition)));
    case 'poisson-sample':
      return cursor(
        0,
        undefined,
        new PoissonSampler(step.mean, new XorShiftRandom(partitionSeed(step.seed, partition))),
      );
    // Spark deals from a start drawn by partition, so that small partitions do not all begin with the same reducer.
    case 'deal':
      return cursor(new XorShiftRandom(partition).nextInt(step.numPartitions));
    default:
      return cursor(0);
  }
}
