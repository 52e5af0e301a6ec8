/**
 * Branded ids: numbers and strings that the compiler keeps apart. All are plain values at run time, counted from 0
 * per session unless said otherwise.
 */
declare const brand: unique symbol;
type Id<Name extends string, Base = number> = Base & { readonly [brand]: Name };

/** A node of the lineage, Spark's RDD id. */
export type NodeId = Id<'NodeId'>;
/** A shuffle between two stages. */
export type ShuffleId = Id<'ShuffleId'>;
/** An action's job. */
export type JobId = Id<'JobId'>;
/** A stage; ids rise from sources to results. */
export type StageId = Id<'StageId'>;
/** A task attempt: unique in its session, so that retries never share a file name (Spark's TID). */
export type TaskId = Id<'TaskId'>;
/** A session's run: eight hex digits, unique in its data directory. */
export type RunId = Id<'RunId', string>;

export const nodeId = (n: number): NodeId => n as NodeId;
export const shuffleId = (n: number): ShuffleId => n as ShuffleId;
export const jobId = (n: number): JobId => n as JobId;
export const stageId = (n: number): StageId => n as StageId;
export const taskId = (n: number): TaskId => n as TaskId;
export const runId = (s: string): RunId => s as RunId;
