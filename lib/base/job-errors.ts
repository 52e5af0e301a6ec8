import type { ErrorEntry } from './error-entry.ts';

/** What goes wrong with datasets, their jobs and tasks, and with what travels between threads. */
export const JOB_ERRORS = {
  // Datasets
  ACTION_INSIDE_TASK: {
    kind: 'user',
    message: '{method} was called inside a function that runs in a task',
    hint: 'use datasets outside of the functions you give them: collect what the function needs first, or join the datasets',
  },
  EMPTY_DATASET: {
    kind: 'user',
    message: '{method} of a dataset without records',
    hint: 'ask isEmpty() first, or use fold or aggregate, which have an answer for no records',
  },
  HISTOGRAM_RANGE_UNKNOWN: {
    kind: 'user',
    message:
      'a histogram with {buckets} buckets has no range: the dataset is empty, or holds NaN or an infinite number',
    hint: 'filter such records out, or give the boundaries of the buckets yourself',
  },
  NOT_A_NUMBER: {
    kind: 'user',
    message: '{method} needs numbers, a record is {found}',
    hint: 'map the records to numbers first',
  },
  LINEAGE_TOO_DEEP: {
    kind: 'user',
    message: 'computing {dataset} takes {depth} datasets inside one another, more than the stack holds',
    hint: 'run an action on a persisted dataset every few hundred steps; map, filter and flatMap may be chained without limit',
  },
  NOT_A_PAIR: {
    kind: 'user',
    message: 'a record is not a [key, value] pair: {found}',
    hint: 'make pairs first, with keyBy or map(record => [key, value])',
  },
  OTHER_SESSION: {
    kind: 'user',
    message: '{method}: {argument} belongs to another session',
    hint: 'combine datasets of one session; to move data between sessions, write it to files and read it again',
  },
  PARTITION_COUNTS_DIFFER: {
    kind: 'user',
    message: "datasets with different numbers of partitions can't be zipped: {counts}",
    hint: 'give both the same number, with repartition or numPartitions',
  },
  PARTITION_LENGTHS_DIFFER: {
    kind: 'user',
    message: "partitions of different lengths can't be zipped: the {shorter} one ended first",
    hint: 'zip datasets that were made from one by map, or join them by zipWithIndex',
  },
  STORAGE_LEVEL_ASSIGNED: {
    kind: 'user',
    message:
      "cannot change the storage level of dataset {id} after it was already assigned a level: it is '{assigned}', asked for '{wanted}'",
    hint: 'call unpersist() first',
  },

  // Jobs and tasks
  JOB_ABANDONED: {
    kind: 'user',
    message:
      'job {job} ({name}) can never end: it waits for a promise, and nothing is left in the process to settle it',
    hint: 'look in the asynchronous functions of the job for a promise that is never resolved or rejected, such as a callback that is not called',
  },
  JOB_CANCELLED: {
    kind: 'cancelled',
    message: 'job {job} ({name}) was cancelled: {reason}',
    hint: 'its session goes on; what stages had finished is used when the action is called again',
  },
  JOB_FAILED: {
    kind: 'user',
    message: 'job {job} ({name}) failed: {reason}',
    hint: 'the cause of this error is the last error of the task that failed',
  },
  LOOP_CANCELLED: {
    kind: 'cancelled',
    message: 'iterate was cancelled after iteration {iteration}: {reason}',
    hint: 'run it again: a loop that can be found again goes on from its newest checkpoint',
  },
  MEMORY_LIMIT: {
    kind: 'resource',
    message: '{operation} needs {needed} at a time, and its task has {limit}, of which these hold: {holders}',
    hint: "raise 'memory' or use fewer workers; where one key has too much, give it less, as by reducing in place of grouping; where one task has too much, use more partitions",
  },
  NO_SUCH_PARTITION: {
    kind: 'user',
    message: 'partition {partition} does not exist: the dataset has {count} partitions, counted from 0',
    hint: 'ask for existing partitions only',
  },
  SESSION_CLOSED: {
    kind: 'user',
    message: '{what} was stopped, as its session is closed',
    hint: 'await running jobs before closing the session, or open another one',
  },
  SESSION_INTERRUPTED: {
    kind: 'cancelled',
    message: 'run {run} was ended by {by}',
    hint: 'what was committed is kept; run the program again',
  },
  TASK_CANCELLED: {
    kind: 'cancelled',
    message: 'task {task} was cancelled',
    hint: 'its job was cancelled or failed; the error of the job tells why',
  },
  TASK_FAILED: {
    kind: 'user',
    message: '{operation} threw in partition {partition} of {dataset}, attempt {attempt}: {reason}',
    hint: 'the cause of this error is what the function threw',
  },
  TASK_ABANDONED: {
    kind: 'user',
    message:
      'task {task}, which computes partition {partition}, can never end: it waits for a promise, and nothing is left in its worker to settle it',
    hint: 'look in the asynchronous functions of the job for a promise that is never resolved or rejected, such as a callback that is not called',
  },
  TASK_TIMED_OUT: {
    kind: 'transient',
    message: 'task {task}, which computes partition {partition}, ran longer than task.timeout ({timeout})',
    hint: 'look for a loop or a promise that does not end; raise task.timeout, or use more partitions, if it only takes long',
  },
  WORKER_LOST: {
    kind: 'transient',
    message: '{worker} ended while it ran task {task}, which computes partition {partition} of {dataset}: {reason}',
    hint: "if it ran out of memory, use more partitions, fewer workers or a larger 'memory'; functions of a job must not call process.exit()",
  },
  TASK_LISTENERS_FAILED: {
    kind: 'user',
    message: '{count} functions that ran at the end of a task threw: {reasons}',
    hint: 'the cause of this error is what the first of them threw',
  },

  // Shared variables
  ACCUMULATOR_INSIDE_TASK: {
    kind: 'user',
    message: '{what} of accumulator {id} was used inside a function that runs in a task',
    hint: 'functions in tasks only add; read or reset it where the action was called',
  },
  ACCUMULATOR_NOT_MERGED: {
    kind: 'user',
    message: 'accumulator {accumulator} has no value: its merge function threw: {reason}',
    hint: 'correct the function; reset() starts again from zero',
  },
  ACCUMULATOR_OVERFLOW: {
    kind: 'user',
    message: 'the sum {sum} is beyond what a number holds exactly',
    hint: 'read sum, a bigint, in place of value',
  },
  ACCUMULATOR_TOO_LATE: {
    kind: 'user',
    message: 'a value was added to accumulator {id} after its task had ended',
    hint: 'await what adds to it inside the function, with mapAsync or in foreachPartition',
  },
  BROADCAST_DESTROYED: {
    kind: 'user',
    message: 'broadcast {id}, of {callSite}, was used after destroy()',
    hint: 'destroy it after the last job that needs it, or call unpersist() to free the copies of workers only',
  },

  // Closures
  CAPTURE_MISSING: {
    kind: 'user',
    message: 'closure at {location} uses {names}, which the captures given with it do not hold',
    hint: 'add what is missing to the first argument of withCaptures',
  },
  CLOSURE_NOT_REVIVED: {
    kind: 'user',
    message: '{what} cannot be made in the worker: {reason}',
    hint: 'what is shipped by reference must be loadable in a worker too; build it with perWorker(() => …) otherwise',
  },
  INSPECTOR_UNAVAILABLE: {
    kind: 'user',
    message: 'the captured variables of functions cannot be read in this process: {reason}',
    hint: 'name what a function uses with withCaptures, which needs no inspector',
  },
  TASK_NOT_SERIALIZABLE: {
    kind: 'user',
    message: '{path} {reason}',
    hint: '{remedy}',
  },

  // Values
  VALUE_NOT_SERIALIZABLE: {
    kind: 'user',
    message: 'a record cannot be stored: {path} is {found}',
    hint: '{remedy}',
  },
  RECORD_CLASS_UNKNOWN: {
    kind: 'user',
    message: "stored records hold instances of class '{name}' (version {version}), which is not registered",
    hint: 'call registerRecordClass with this name before the records are read, in every process that reads them',
  },
} as const satisfies Record<string, ErrorEntry>;
