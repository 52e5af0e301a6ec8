import type { JobId } from '../base/ids.ts';
import { onAbort } from '../base/on-abort.ts';
import { type CallSite, describeCallSite } from '../lineage/call-site.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import type { ResultAction } from '../lineage/result-action.ts';

/** What an action asks of the scheduler. */
export interface JobSpec {
  readonly node: LineageNode;
  /** Partitions to compute, in the order their values are wanted; one may be asked for twice and is computed once. */
  readonly partitions: readonly number[];
  readonly action: ResultAction;
  readonly callSite: CallSite;
  /** The action, as `count`. */
  readonly name: string;
  /** Jobs of one group can be cancelled together. */
  readonly group?: string | undefined;
  /** What the user calls it, for listings. */
  readonly description?: string | undefined;
  /** Whose turn it takes in FAIR mode. Default: `default`. */
  readonly pool?: string | undefined;
  /** Aborting it cancels the job. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Takes each value as it comes, in any order; `index` is the place in `partitions`. Values are then not kept, and
   * `result` resolves to an empty array. What it throws ends the job.
   */
  readonly onPartition?: ((index: number, value: unknown) => void) | undefined;
  /** Told the job's id before its first event; not for a job that cannot be submitted. Must not raise. */
  readonly onSubmit?: ((jobId: JobId) => void) | undefined;
}

/** A job under way. */
export interface JobHandle {
  readonly jobId: JobId;
  /**
   * The values in the order of `partitions`. Rejects with JOB_FAILED (its cause is what the task threw), JOB_CANCELLED,
   * SESSION_CLOSED, NO_SUCH_PARTITION, TASK_NOT_SERIALIZABLE, or what finding out partitions, taking its values or
   * merging accumulators raised.
   */
  readonly result: Promise<unknown[]>;
  /** Ends it with JOB_CANCELLED; nothing happens when it has ended. */
  cancel(reason: string): void;
}

/** As `count at job.ts:14`, after the user's description when there is one. */
export function jobName(spec: JobSpec): string {
  const name = describeCallSite({ ...spec.callSite, method: spec.name });
  return spec.description === undefined ? name : `${spec.description} (${name})`;
}

/** Where a job's values go: the receiving end of a `JobHandle`. Told of one end only; later ones are ignored. */
export class JobResult {
  readonly promise: Promise<unknown[]>;
  readonly #values: unknown[];
  readonly #onPartition: JobSpec['onPartition'];
  readonly #stopListening: () => void;
  #resolve: (values: unknown[]) => void = () => {};
  #reject: (error: unknown) => void = () => {};
  #failure: { readonly error: unknown } | undefined;

  /** `abort` is called once the spec's signal aborts while the job runs. */
  constructor(spec: JobSpec, abort: (reason: unknown) => void) {
    const { signal, onPartition, partitions } = spec;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#onPartition = onPartition;
    this.#values = onPartition === undefined ? new Array(partitions.length).fill(undefined) : [];
    this.#stopListening = signal === undefined ? () => {} : onAbort(signal, () => abort(signal.reason));
  }

  /** Takes a value. Raises what the consumer throws, once; further values are dropped then. */
  deliver(index: number, value: unknown): void {
    if (this.#onPartition === undefined) this.#values[index] = value;
    else if (this.#failure === undefined) {
      try {
        this.#onPartition(index, value);
      } catch (error) {
        this.#failure = { error };
        throw error;
      }
    }
  }

  /** However it ends, it ends with this error, unless there was one before; further values are dropped. */
  spoil(error: unknown): void {
    this.#failure ??= { error };
  }

  complete(): void {
    this.#stopListening();
    if (this.#failure === undefined) this.#resolve(this.#values);
    else this.#reject(this.#failure.error);
  }

  fail(error: unknown): void {
    this.#stopListening();
    this.#reject(error);
  }
}
