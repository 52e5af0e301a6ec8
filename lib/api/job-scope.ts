import { AsyncLocalStorage } from 'node:async_hooks';

/** What applies to all jobs started within a function, across awaits: Spark's local properties. */
export interface JobScope {
  /** Jobs of a group are cancelled together. */
  readonly group?: string;
  /** Shown by the CLI and kept with the job. */
  readonly description?: string;
  /** The scheduler pool, under FAIR. */
  readonly pool?: string;
  /** Aborting it cancels the jobs. */
  readonly signal?: AbortSignal;
}

const scope = new AsyncLocalStorage<JobScope>();

/** Runs `work` with these properties on top of those around it. */
export function withJobScope<T>(properties: JobScope, work: () => T): T {
  return scope.run({ ...scope.getStore(), ...properties }, work);
}

export function currentJobScope(): JobScope {
  return scope.getStore() ?? {};
}
