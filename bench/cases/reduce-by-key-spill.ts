import { compare } from '../support/harness.ts';
import { benchSession } from '../support/session.ts';

const ROWS = 10_000_000;
const PARTITIONS = 8;
const MIB = 1024 * 1024;
/** A task's part of the first is more than its keys take, of the second a tenth of it. */
const ENOUGH = 2048 * MIB;
const LITTLE = 16 * MIB;

/** Sums by ten million different keys: with room for all of a task's keys, and with next to none. */
export async function reduceByKeySpill(): Promise<boolean> {
  await using roomy = await benchSession({ memory: ENOUGH });
  await using tight = await benchSession({ memory: LITTLE });
  const sums = async (session: typeof roomy): Promise<number> =>
    session
      .range(0, ROWS, 1, PARTITIONS)
      // Odd factors are one to one over 32 bits: keys jump about, and none comes twice.
      .map((x) => [Math.imul(x, 0x9e3779b1), x] as const)
      .reduceByKey((a, b) => a + b)
      .map(([key, sum]) => (key ^ sum) % 1000)
      .reduce((a, b) => a + b);
  return await compare({
    title: `sum of ${ROWS} integers by as many keys, ${ENOUGH / MIB} MiB and ${LITTLE / MIB} MiB`,
    variants: [
      { name: 'in memory', run: () => sums(roomy) },
      { name: 'spilling', run: () => sums(tight) },
    ],
    bars: [{ faster: 'spilling', slower: 'in memory', times: 1 / 3 }],
    rounds: 5,
  });
}
