import { formatBytes } from '../base/byte-size.ts';
import type { EngineEvent } from '../events/engine-event.ts';
import { findSkew, type Skew, type TaskShare } from '../events/stage-spread.ts';

/** An attempt at a stage that reads a shuffle, while it runs. */
interface Watched {
  readonly name: string;
  /** By partition: what a second copy of a task did replaces nothing. */
  readonly tasks: Map<number, TaskShare>;
}

/**
 * Follows the tasks of stages that read shuffles, and says so when one partition had far more than its share: there a
 * few keys hold most of the records. Inputs that are uneven are what they are, and no key's doing.
 */
export class SkewWatch {
  readonly #onSkew: (message: string) => void;
  readonly #stages = new Map<string, Watched>();

  constructor(onSkew: (message: string) => void) {
    this.#onSkew = onSkew;
  }

  add(event: EngineEvent): void {
    switch (event.kind) {
      case 'stage-submitted':
        if (event.parentIds.length === 0) return;
        this.#stages.set(keyOf(event.stageId, event.attempt), { name: event.name, tasks: new Map() });
        return;
      case 'task-ended': {
        const stage = this.#stages.get(keyOf(event.stageId, event.stageAttempt));
        if (stage === undefined || event.outcome.kind !== 'succeeded' || stage.tasks.has(event.partition)) return;
        const { durationMs, shuffleReadBytes, shuffleReadRecords } = event.metrics;
        const { partition } = event;
        stage.tasks.set(partition, { partition, durationMs, bytes: shuffleReadBytes, records: shuffleReadRecords });
        return;
      }
      case 'stage-failed':
        this.#stages.delete(keyOf(event.stageId, event.attempt));
        return;
      case 'stage-completed': {
        const key = keyOf(event.stageId, event.attempt);
        const stage = this.#stages.get(key);
        this.#stages.delete(key);
        const skew = stage === undefined ? undefined : findSkew([...stage.tasks.values()]);
        if (stage !== undefined && skew !== undefined) this.#onSkew(describeSkew(event.stageId, stage.name, skew));
        return;
      }
      default:
        return;
    }
  }
}

/** What the warning says, in one line. */
function describeSkew(stage: number, name: string, skew: Skew): string {
  const { partition, tasks, bytes, medianBytes, durationMs, medianMs, records } = skew;
  const read = `${formatBytes(bytes)} in ${records} records against a median of ${formatBytes(medianBytes)}`;
  const took = `${seconds(durationMs)} against ${seconds(medianMs)}`;
  return (
    `stage ${stage} (${name}) is skewed: partition ${partition} of ${tasks} read ${read}, and took ${took}. A few keys ` +
    'hold most of the records: combine them before the shuffle (reduceByKey, aggregateByKey), or spread them with saltKeys'
  );
}

function keyOf(stage: number, attempt: number): string {
  return `${stage}.${attempt}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
