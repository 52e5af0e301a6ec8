/** How the stages of one pool, or the pools themselves, take turns. */
export type SchedulingMode = 'FIFO' | 'FAIR';

/** What a user says about a pool; whatever is left out is FIFO, weight 1, minimum share 0, as in Spark. */
export interface PoolOptions {
  readonly mode?: SchedulingMode;
  readonly weight?: number;
  readonly minShare?: number;
}

/** A pool as the scheduler sees it. */
export interface PoolSettings {
  readonly mode: SchedulingMode;
  /** How many turns it gets for one of a pool with weight 1. */
  readonly weight: number;
  /** Slots it gets before any pool that already has its own. */
  readonly minShare: number;
}

/** Reads `scheduler.pools`; undefined when any part of it is wrong: a misspelt weight must not be taken for 1. */
export function parsePools(raw: unknown): ReadonlyMap<string, PoolSettings> | undefined {
  if (!isPlainObject(raw)) return undefined;
  const pools = new Map<string, PoolSettings>();
  for (const [name, options] of Object.entries(raw)) {
    if (name === '' || !isPlainObject(options)) return undefined;
    const { mode = 'FIFO', weight = 1, minShare = 0, ...unknown } = options;
    if (Object.keys(unknown).length > 0) return undefined;
    if (mode !== 'FIFO' && mode !== 'FAIR') return undefined;
    if (!isCount(weight) || weight < 1 || !isCount(minShare)) return undefined;
    pools.set(name, { mode, weight, minShare });
  }
  return pools;
}

/** Whether it is an object literal (or one without prototype), such as options are given in. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31;
}
