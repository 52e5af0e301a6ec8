/**
 * Runs one task attempt from its description to its outcome. Knows nothing of threads: the inline executor and the
 * workers call it alike.
 *
 * Threading: a task is synchronous work between awaits. It gives the event loop a turn every `YIELD_MS`, so that
 * timers, signals and cancellation get through; another task of the same thread may then run in between.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { estimateSize } from '../../storage/memory/size-estimate.ts';
import type { MapOutput } from '../../storage/shuffle/map-output.ts';
import { MapOutputWriter } from '../../storage/shuffle/map-output-writer.ts';
import { removeMapOutput } from '../../storage/shuffle/remove-shuffle.ts';
import { CairnError, firstFailure } from '../base/errors.ts';
import { shuffleId } from '../base/ids.ts';
import { invariant, unreachable } from '../base/invariant.ts';
import { describeCallSite } from '../lineage/call-site.ts';
import type { ShuffleDependency } from '../lineage/dependency.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import { recordsOf, settle } from '../lineage/records.ts';
import type { ResultAction } from '../lineage/result-action.ts';
import { ShuffleWriter } from '../shuffle/shuffle-writer.ts';
import { copyResult } from './copy-records.ts';
import { withTask } from './current-task.ts';
import { MapSide } from './map-side.ts';
import { RunningTask } from './running-task.ts';
import { saveCheckpointPart } from './save-checkpoint-part.ts';
import { savePart } from './save-part.ts';
import { AggregateSink, CountSink, ForeachSink, ReduceSink, RowsSink, type Sink, TakeSink } from './sink.ts';
import type { StageChains } from './stage-chains.ts';
import type { TaskDescription, TaskOutcome } from './task.ts';
import type { TaskEnvironment } from './task-environment.ts';

/** How long a thread computes before the event loop gets a turn. */
export const YIELD_MS = 25;

/** Never rejects: whatever goes wrong is in the outcome. */
export async function runTask(
  task: TaskDescription,
  environment: TaskEnvironment,
  chains: StageChains,
  signal: AbortSignal,
): Promise<TaskOutcome> {
  const running = new RunningTask(task, environment, chains, signal);
  return await withTask(running.current, () => attempt(running, task, environment));
}

async function attempt(
  running: RunningTask,
  task: TaskDescription,
  environment: TaskEnvironment,
): Promise<TaskOutcome> {
  const startedMs = environment.clock.monotonicMs();
  const { node } = task.work;
  // What a promise was rejected with comes here as it was thrown: anything at all.
  const failureOf = (thrown: unknown, operation: string): CairnError =>
    running.wrap(firstFailure(thrown), operation, node);
  let result: { readonly value: unknown; readonly mapOutput: MapOutput | undefined } | undefined;
  let error: CairnError | undefined;
  try {
    result = await work(running, task, environment);
  } catch (thrown) {
    error = failureOf(thrown, describeCallSite(node.callSite));
  }
  // A failure of what runs at the end never hides an earlier one.
  const atEnd = await running.end(error);
  if (error === undefined && atEnd.length > 0)
    error = joinFailures(atEnd.map((thrown) => failureOf(thrown, 'onCompletion')));
  const metrics = running.metrics.snapshot(environment.clock.monotonicMs() - startedMs);
  if (result !== undefined && error === undefined) {
    const { written } = running.tees;
    const parts = written.length === 0 ? {} : { checkpointParts: written };
    return { kind: 'succeeded', ...result, accumulators: running.accumulators.take(), ...parts, metrics };
  }
  running.accumulators.drop();
  invariant(error !== undefined, 'an attempt without a result has an error');
  if (result?.mapOutput !== undefined) removeOutput(result.mapOutput, environment);
  if (CairnError.is(error, 'TASK_CANCELLED')) return { kind: 'cancelled', metrics };
  if (CairnError.is(error, 'SHUFFLE_OUTPUT_LOST')) {
    const { shuffle, map } = error.params;
    return { kind: 'fetch-failed', shuffleId: shuffleId(Number(shuffle)), mapIndex: Number(map), error, metrics };
  }
  return { kind: 'failed', error, metrics };
}

/** The output of an attempt that failed after it was written: nobody ever hears of it. */
function removeOutput(output: MapOutput, { fileSystem, shuffleDirectory }: TaskEnvironment): void {
  try {
    removeMapOutput(fileSystem, shuffleDirectory, output);
  } catch {
    // The error that the attempt has is the one to report; what stays goes with the session.
  }
}

/** One error for what several listeners threw, of which the first one decides whether the task is tried again. */
function joinFailures(failures: readonly CairnError[]): CairnError {
  const first = failures[0] as CairnError;
  // An error of the engine's own, as of a file that cannot be closed, stays what it is.
  if (failures.length === 1 || first.code !== 'TASK_FAILED') return first;
  const reasons = failures.map(({ params, message }) => ('reason' in params ? params.reason : message)).join('; ');
  const params = { count: failures.length, reasons };
  return new CairnError('TASK_LISTENERS_FAILED', params, { cause: first, kind: first.kind });
}

/** Does what the task is for. */
async function work(
  running: RunningTask,
  task: TaskDescription,
  environment: TaskEnvironment,
): Promise<{ readonly value: unknown; readonly mapOutput: MapOutput | undefined }> {
  running.throwIfCancelled();
  if (task.work.kind === 'shuffle-map') {
    const mapOutput = await writeMapOutput(running, task, task.work.node, task.work.dependency, environment);
    return { value: undefined, mapOutput };
  }
  const made = await runAction(running, task, task.work.node, task.work.action, environment);
  const value = running.spilledGroups.any ? copyResult(made) : made;
  running.metrics.resultBytes = estimateSize(value);
  return { value, mapOutput: undefined };
}

/** Drives a dataset's partition into a sink, awaiting what is pending and yielding to the event loop. */
async function drain(
  running: RunningTask,
  node: LineageNode,
  sink: Sink | (() => Sink),
  environment: TaskEnvironment,
): Promise<void> {
  const work = running.drain(node, running.partition, typeof sink === 'function' ? sink : () => sink);
  await drive(running, work, environment);
}

/** Runs work to its end: awaits what it gives, and looks at the clock where it gives nothing. */
async function drive<T>(
  running: RunningTask,
  work: Generator<Promise<unknown> | undefined, T, undefined>,
  environment: TaskEnvironment,
): Promise<T> {
  let turnMs = environment.clock.monotonicMs();
  try {
    for (let step = work.next(); ; step = work.next()) {
      if (step.done === true) return step.value;
      if (step.value !== undefined) await running.settled(step.value);
      else {
        if (environment.clock.monotonicMs() - turnMs < YIELD_MS) continue;
        await nextTurn();
        turnMs = environment.clock.monotonicMs();
      }
    }
  } finally {
    // After a rejection the work still holds its files.
    work.return(undefined as never);
  }
}

async function runAction(
  running: RunningTask,
  task: TaskDescription,
  node: LineageNode,
  action: ResultAction,
  environment: TaskEnvironment,
): Promise<unknown> {
  switch (action.kind) {
    case 'collect': {
      const sink = new RowsSink();
      await drain(running, node, sink, environment);
      return sink.rows;
    }
    case 'count': {
      const sink = new CountSink();
      await drain(running, node, sink, environment);
      return sink.count;
    }
    case 'take': {
      const sink = new TakeSink(action.limit);
      if (!sink.isDone) await drain(running, node, sink, environment);
      return sink.rows;
    }
    case 'reduce': {
      const sink = new ReduceSink(action.merge);
      await drain(running, node, sink, environment);
      return sink.isEmpty ? undefined : { value: sink.value };
    }
    case 'aggregate': {
      const sink = new AggregateSink(action.zero(running.partition), action.merge);
      await drain(running, node, sink, environment);
      return action.finish === undefined ? sink.value : action.finish(sink.value);
    }
    case 'foreach':
      await drain(running, node, new ForeachSink(action.visit), environment);
      return undefined;
    case 'save':
      return await drive(running, savePart(running, task, node, action), environment);
    case 'checkpoint':
      return await drive(running, saveCheckpointPart(running, task, node, action.target), environment);
    case 'iterate': {
      const records = await drive(running, settledRecords(running, node), environment);
      try {
        const visit = Promise.resolve(action.visit(records, running.partition));
        // When the task is cancelled no one waits for it any more: it may fail then, by reading on at the latest.
        visit.catch(() => {});
        await running.settled(visit);
        return await visit;
      } catch (error) {
        throw running.wrap(error, describeCallSite(node.callSite), node);
      } finally {
        records.return?.();
      }
    }
    default:
      return unreachable(action);
  }
}

/** The records of the task's partition, once what is pending has settled: gives that for the caller to await. */
function* settledRecords(
  running: RunningTask,
  node: LineageNode,
): Generator<Promise<unknown>, IterableIterator<unknown>, undefined> {
  const settling = settle(node, running.partition, running);
  try {
    for (let step = settling.next(); ; step = settling.next()) {
      if (step.done === true) return recordsOf(step.value, () => running.throwIfCancelled());
      yield step.value.ready;
    }
  } finally {
    // Left early it still holds its files.
    settling.return([].values());
  }
}

async function writeMapOutput(
  running: RunningTask,
  task: TaskDescription,
  node: LineageNode,
  dependency: ShuffleDependency,
  environment: TaskEnvironment,
): Promise<MapOutput> {
  const { numPartitions } = dependency.partitioner;
  using output = MapOutputWriter.open({
    fileSystem: environment.fileSystem,
    directory: environment.shuffleDirectory,
    shuffleId: dependency.shuffleId,
    mapIndex: task.partition,
    taskId: task.taskId,
    partitionCount: numPartitions,
  });
  using writer = new ShuffleWriter({
    numPartitions,
    codec: environment.shuffleCodec,
    memory: running.memory,
    spills: running.spills,
    output,
  });
  using mapSide = new MapSide(dependency, writer, running.memory);
  await drain(running, node, () => mapSide.sink, environment);
  mapSide.finish();
  const written = writer.commit();
  for (let p = 0; p < numPartitions; p++) {
    running.metrics.shuffleWriteBytes += written.partitionBytes[p] as number;
    running.metrics.shuffleWriteRecords += written.partitionRows[p] as number;
  }
  return written;
}
