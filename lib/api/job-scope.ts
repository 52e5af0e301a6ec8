import { AsyncLocalStorage } from 'node:async_hooks';
import type { JobId } from '../base/ids.ts';
import { checkAnyFunction, checkOptions, checkSignal, invalidArgument } from './check-argument.ts';

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

/** What is known of the work that an action is called in. */
interface Surroundings extends JobScope {
  /** Told of each job when it is submitted. */
  readonly onJob?: (id: JobId) => void;
}

const scope = new AsyncLocalStorage<Surroundings>();

const TEXTS = ['group', 'description', 'pool'] as const;

/** Runs `work` with these properties on top of those around it. Raises INVALID_ARGUMENT. */
export function withJobScope<T>(properties: JobScope, work: () => T): T {
  const method = 'withJobs';
  checkOptions(method, properties, [...TEXTS, 'signal']);
  for (const name of TEXTS) {
    const text: unknown = properties[name];
    if (text !== undefined && typeof text !== 'string') throw invalidArgument(method, name, 'a text', text);
  }
  checkSignal(method, properties.signal);
  checkAnyFunction(method, 'work', work);
  return scope.run({ ...scope.getStore(), ...properties }, work);
}

/** Runs `work`; `onJob` is told of each job that is started in it, after those around it were. */
export function followJobs<T>(onJob: (id: JobId) => void, work: () => T): T {
  const outer = scope.getStore();
  const tell = (id: JobId) => {
    outer?.onJob?.(id);
    onJob(id);
  };
  return scope.run({ ...outer, onJob: tell }, work);
}

export function currentJobScope(): Surroundings {
  return scope.getStore() ?? {};
}
