/** Runs of one program after another in a data directory, of which a later one goes on from an earlier one. */
import type { SessionOptions } from '../../lib/config/options.ts';
import type { EngineEvent } from '../../lib/events/engine-event.ts';
import { EngineOfSpec } from './engine-of-spec.ts';

/** What a run gave and did. */
export interface RunOfSpec<T> {
  readonly answer: T;
  readonly run: string;
  readonly events: readonly EngineEvent[];
  /** Tasks that ended well. */
  readonly tasks: number;
  readonly reused: Extract<EngineEvent, { kind: 'work-reused' }> | undefined;
  readonly refused: Extract<EngineEvent, { kind: 'reuse-refused' }> | undefined;
  readonly warnings: readonly string[];
}

/** How a run is made. */
export interface RunOptions extends SessionOptions {
  /** Whether the run ends before it has done all it was to do: its map outputs stay. */
  readonly stops?: boolean;
}

/** Runs `program` in a session named `spec`, or as the options say, and closes it. */
export async function runOnce<T>(
  directory: string,
  program: (bench: EngineOfSpec) => T | Promise<T>,
  { stops = false, ...options }: RunOptions = {},
): Promise<RunOfSpec<T>> {
  const bench = await EngineOfSpec.open({ dir: directory, name: 'spec', ...options });
  let answer: T;
  const { run } = bench.engine;
  try {
    answer = await program(bench);
    if (stops) {
      await bench
        .parallelize([1], 1)
        .map(() => JSON.parse('the power fails'))
        .count()
        .catch(() => {});
    }
  } finally {
    await bench.engine.close();
  }
  const { events } = bench;
  const tasks = bench.eventsOf('task-ended').filter(({ outcome }) => outcome.kind === 'succeeded').length;
  const [reused] = bench.eventsOf('work-reused');
  const [refused] = bench.eventsOf('reuse-refused');
  return {
    answer,
    run,
    events,
    tasks,
    reused,
    refused,
    warnings: bench.eventsOf('warning').map(({ message }) => message),
  };
}
