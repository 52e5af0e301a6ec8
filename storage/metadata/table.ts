import { invariant } from '../../lib/base/invariant.ts';
import type {
  BlockRow,
  CheckpointPartRow,
  CheckpointRow,
  FingerprintRow,
  JobRow,
  LineageEdgeRow,
  LineageNodeRow,
  MapOutputRow,
  RetainedOutputRow,
  RetainedShuffleRow,
  ReuseDecisionRow,
  RunRow,
  ShuffleRow,
  StageParentRow,
  StageRow,
  TaskConsumerRow,
  TaskRow,
} from './rows.ts';

/** What SQLite stores here. */
export type SqlValue = string | number | null | Uint8Array;

/** Longest text stored of a message or a call site, in UTF-16 units; a user's error may carry a whole file. */
const LONGEST_TEXT = 65_536;

/** A table of the database: its statements, and its rows to and from SQL. */
export interface Table<Row> {
  readonly name: string;
  /** `INSERT INTO … VALUES (?, …)`, to which a conflict clause may be added. */
  readonly insert: string;
  /** `SELECT … FROM …` with the row's properties as column names; add `WHERE` and `ORDER BY`. */
  readonly select: string;
  /** The values of `insert`, in its order. */
  values(row: Row): readonly SqlValue[];
  /** A row of `select` with its JSON columns parsed. */
  row(raw: Readonly<Record<string, unknown>>): Row;
}

/** `startedAtMs` -> `started_at_ms`. */
export function columnName(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * A property as SQL stores it. Numbers become whole, since every number column is a count, a size or a time: NaN and
 * the infinities of a broken metric become 0 or the largest safe integer rather than fail the commit of a stage.
 */
export function toSqlValue(value: unknown): SqlValue {
  switch (typeof value) {
    case 'number':
      if (Number.isSafeInteger(value)) return value + 0;
      if (Number.isNaN(value)) return 0;
      return Math.min(Math.max(Math.round(value) + 0, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
    case 'string':
      return toText(value);
    case 'object':
      return value === null ? null : toJson(value);
    default:
      invariant(value === undefined, `a ${typeof value} has no column type`);
      return null;
  }
}

/** Any half of a pair, lone or not: the quick question first. */
const SURROGATE = /[\ud800-\udfff]/;

/** Half a surrogate pair has no UTF-8, and other programs that read the file would trip over it. */
function toText(text: string): string {
  const short = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 1)}…` : text;
  return SURROGATE.test(short) ? short.replace(/\p{Surrogate}/gu, '\ufffd') : short;
}

function toJson(value: object): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'bigint') return part.toString();
    return typeof part === 'string' ? toText(part) : part;
  });
}

function defineTable<Row extends object>(
  name: string,
  properties: readonly (keyof Row & string)[],
  jsonProperties: readonly (keyof Row & string)[] = [],
): Table<Row> {
  const columns = properties.map(columnName);
  return {
    name,
    insert: `INSERT INTO ${name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    select: `SELECT ${columns.map((column, i) => `${name}.${column} AS "${properties[i]}"`).join(', ')} FROM ${name}`,
    values: (row) => {
      const values: SqlValue[] = [];
      for (const property of properties) values.push(toSqlValue(row[property]));
      return values;
    },
    row: (raw) => {
      if (jsonProperties.length === 0) return raw as Row;
      const parsed: Record<string, unknown> = { ...raw };
      for (const property of jsonProperties) {
        const text = raw[property];
        parsed[property] = typeof text === 'string' ? JSON.parse(text) : null;
      }
      return parsed as Row;
    },
  };
}

const ERROR_COLUMNS = ['errorCode', 'errorMessage'] as const;

export const RUNS = defineTable<RunRow>(
  'runs',
  [
    ...(['run', 'startedAtMs', 'endedAtMs', 'state', 'pid', 'bootId', 'processStart', 'command', 'master'] as const),
    ...(['nodeVersion', 'cairnVersion', 'options', ...ERROR_COLUMNS, 'error'] as const),
  ],
  ['options', 'error'],
);

export const JOBS = defineTable<JobRow>(
  'jobs',
  [
    ...(['run', 'job', 'node', 'action', 'callSite', 'jobGroup', 'description', 'pool', 'state'] as const),
    ...(['submittedAtMs', 'endedAtMs', 'stageCount', 'skippedStageCount', ...ERROR_COLUMNS, 'error'] as const),
  ],
  ['error'],
);

export const STAGES = defineTable<StageRow>('stages', [
  ...(['run', 'stage', 'attempt', 'job', 'name', 'kind', 'shuffle', 'taskCount', 'state'] as const),
  ...(['submittedAtMs', 'completedAtMs', 'rowsIn', 'rowsOut', 'bytesIn', 'bytesOut'] as const),
  ...(['shuffleReadBytes', 'shuffleWriteBytes', 'spilledBytes', ...ERROR_COLUMNS, 'peakMemoryBytes'] as const),
]);

export const STAGE_PARENTS = defineTable<StageParentRow>('stage_parents', ['run', 'stage', 'parent']);

export const TASKS = defineTable<TaskRow>('tasks', [
  ...(['run', 'task', 'stage', 'stageAttempt', 'partition', 'attempt', 'state', 'executor'] as const),
  ...(['startedAtMs', 'endedAtMs', 'rowsRead', 'rowsWritten', 'bytesRead', 'bytesWritten'] as const),
  ...(['shuffleReadBytes', 'shuffleReadRecords', 'shuffleWriteBytes', 'shuffleWriteRecords'] as const),
  ...(['spilledBytes', ...ERROR_COLUMNS, 'peakMemoryBytes'] as const),
]);

export const TASK_CONSUMERS = defineTable<TaskConsumerRow>('task_consumers', [
  ...(['run', 'stage', 'stageAttempt', 'task', 'consumer', 'peakBytes', 'spilledBytes'] as const),
]);

export const LINEAGE_NODES = defineTable<LineageNodeRow>('lineage_nodes', [
  ...(['run', 'node', 'kind', 'className', 'name', 'callSite', 'callSiteShort', 'partitionCount'] as const),
  ...(['partitioner', 'storageLevel', 'firstJob', 'fingerprint'] as const),
]);

export const LINEAGE_EDGES = defineTable<LineageEdgeRow>('lineage_edges', [
  ...(['run', 'child', 'ordinal', 'parent', 'kind', 'shuffle'] as const),
]);

export const SHUFFLES = defineTable<ShuffleRow>('shuffles', [
  ...(['run', 'shuffle', 'mapCount', 'reducerCount', 'node', 'state', 'totalBytes', 'rowCount'] as const),
]);

export const MAP_OUTPUTS = defineTable<MapOutputRow>('map_outputs', [
  ...(['run', 'shuffle', 'mapIndex', 'task', 'bytes', 'rowCount', 'path'] as const),
]);

export const BLOCKS = defineTable<BlockRow>('blocks', [
  ...(['run', 'block', 'node', 'partition', 'memoryBytes', 'diskBytes', 'storageLevel', 'state'] as const),
]);

export const CHECKPOINTS = defineTable<CheckpointRow>('checkpoints', [
  ...(['checkpoint', 'run', 'node', 'name', 'fingerprint', 'owner', 'path', 'state', 'reason'] as const),
  ...(['partitionCount', 'rowCount', 'totalBytes', 'partitioner', 'formatVersion'] as const),
  ...(['createdAtMs', 'committedAtMs', 'elapsedMs'] as const),
]);

export const CHECKPOINT_PARTS = defineTable<CheckpointPartRow>('checkpoint_parts', [
  ...(['checkpoint', 'partition', 'bytes', 'rowCount', 'checksum', 'codec'] as const),
]);

export const RETAINED_SHUFFLES = defineTable<RetainedShuffleRow>('retained_shuffles', [
  ...(['run', 'shuffle', 'fingerprint', 'mapCount', 'reducerCount', 'createdAtMs'] as const),
]);

export const RETAINED_OUTPUTS = defineTable<RetainedOutputRow & Pick<RetainedShuffleRow, 'run' | 'shuffle'>>(
  'retained_outputs',
  ['run', 'shuffle', 'mapIndex', 'task', 'bytes', 'rowCount', 'durationMs'],
);

/** `record` is stored whole, however long: it is bound as it is, not by `values`. */
export const FINGERPRINT_RECORDS = defineTable<FingerprintRow>(
  'fingerprint_records',
  ['fingerprint', 'inputs', 'record'],
  ['inputs'],
);

export const REUSE_DECISIONS = defineTable<ReuseDecisionRow>(
  'reuse_decisions',
  [
    ...(['run', 'seq', 'kind', 'node', 'shuffle', 'callSite', 'decision', 'fromRun'] as const),
    ...(['partsReused', 'partCount', 'bytes', 'savedMs', 'reasons'] as const),
  ],
  ['reasons'],
);
