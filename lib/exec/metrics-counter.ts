import type { ConsumerUse } from '../../storage/memory/consumer-use.ts';
import type { TaskMetrics } from '../events/engine-event.ts';

type Counted = { -readonly [Name in keyof TaskMetrics]: TaskMetrics[Name] };

/** Counts what a task does while it runs. */
export class MetricsCounter implements Counted {
  rowsRead = 0;
  bytesRead = 0;
  rowsWritten = 0;
  bytesWritten = 0;
  shuffleReadRecords = 0;
  shuffleReadBytes = 0;
  shuffleWriteRecords = 0;
  shuffleWriteBytes = 0;
  spilledBytes = 0;
  peakMemoryBytes = 0;
  consumers: readonly ConsumerUse[] = [];
  durationMs = 0;
  resultBytes = 0;

  /** The counts so far, as plain data. */
  snapshot(durationMs: number): TaskMetrics {
    return { ...this, durationMs };
  }
}
