import { availableParallelism, totalmem } from 'node:os';

/** What defaults depend on. Specs hand in a machine of their own. */
export interface Machine {
  /** Processors this process may use. */
  readonly processors: number;
  /** Memory this process may use, in bytes: the container's limit where there is one. */
  readonly memoryBytes: number;
}

/** The machine we run on. */
export function thisMachine(): Machine {
  // Without a limit, constrainedMemory() is 0 or a number near 2^64.
  const limit = process.constrainedMemory();
  const total = totalmem();
  return { processors: availableParallelism(), memoryBytes: limit > 0 && limit < total ? limit : total };
}
