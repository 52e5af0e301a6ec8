/**
 * Every error the engine can raise: its kind, its message and the next step.
 *
 * One entry a code. `{name}` placeholders become the parameters that `CairnError` asks for, checked by the compiler.
 * `docs/errors.md` is generated from this table. Order: by area, then alphabetically.
 */

/**
 * What an error means to whoever handles it. The scheduler retries `transient` and `corruption`, never `user`
 * errors of the driver, `cancelled` or `internal`; it never looks at the text.
 */
export type ErrorKind = 'user' | 'transient' | 'corruption' | 'resource' | 'cancelled' | 'internal';

interface ErrorEntry {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly hint: string;
}

export const ERROR_TABLE = {
  // Engine
  FAILPOINT_REACHED: {
    kind: 'transient',
    message: "failpoint '{name}' is armed to fail",
    hint: 'unset CAIRN_FAILPOINT: it is for tests of the engine only',
  },
  INTERNAL: {
    kind: 'internal',
    message: 'internal error: {detail}',
    hint: 'this is a bug in Cairn: please report it with the stack and the job that raised it',
  },

  // Options and arguments
  INVALID_ARGUMENT: {
    kind: 'user',
    message: '{method}: {argument} must be {expected}, found {found}',
    hint: 'correct the argument',
  },
  INVALID_OPTION: {
    kind: 'user',
    message: "option '{option}' must be {expected}, found {found}",
    hint: 'see docs/options.md for its unit and range',
  },
  UNKNOWN_OPTION: {
    kind: 'user',
    message: "there is no option '{option}'",
    hint: '{suggestion}',
  },

  // Storage: files
  FILE_NOT_FOUND: {
    kind: 'user',
    message: '{path} does not exist',
    hint: 'check the path; relative paths start at the working directory of the process',
  },
  FILE_EXISTS: {
    kind: 'user',
    message: '{path} exists already',
    hint: 'remove it, or choose another path',
  },
  DISK_FULL: {
    kind: 'resource',
    message: 'no space left to write {path}: {neededBytes} bytes needed, {freeBytes} free',
    hint: "free space, or give the session another 'dir'; what was committed is kept and the job can be run again",
  },
  IO_ERROR: {
    kind: 'transient',
    message: '{operation} failed on {path}: {reason}',
    hint: 'check the disk and the permissions of the directory, then run the job again',
  },
  PERMISSION_DENIED: {
    kind: 'user',
    message: '{operation} was refused on {path}',
    hint: 'give this process the right to do so, or choose another path',
  },
  TOO_MANY_OPEN_FILES: {
    kind: 'resource',
    message: 'too many open files at {path}',
    hint: "raise the process's limit (ulimit -n), or use fewer partitions",
  },
  PATH_OUTSIDE_DIRECTORY: {
    kind: 'user',
    message: "'{path}' leaves its directory {directory}",
    hint: 'use a plain name without "..", separators or NUL',
  },
  DIRECTORY_LOCKED: {
    kind: 'user',
    message: '{path} is in use by process {pid} ({command}), which opened it at {startedAt}',
    hint: "close that session, or open this one with another 'dir'; readers may open it read-only",
  },

  // Inputs and outputs
  INPUT_CHANGED: {
    kind: 'user',
    message: '{path} had {expected} bytes when the job was planned, {found} now',
    hint: 'leave input files alone while a job reads them; make the dataset again to read the file as it is now',
  },
  INPUT_NOT_A_FILE: {
    kind: 'user',
    message: '{path} is no plain file (it is a {found})',
    hint: "name files, directories of files, or a pattern; to read a program's output, write it to a file first",
  },
  OUTPUT_EXISTS: {
    kind: 'user',
    message: '{path} exists already',
    hint: "remove it, choose another path, or save with 'overwrite: true'",
  },
  OUTPUT_INCOMPLETE: {
    kind: 'transient',
    message: 'part {part} of {path} cannot be committed: {reason}',
    hint: 'nothing was published; see that nobody else removes files there, then run the job again',
  },
  PARTIAL_RECORD: {
    kind: 'user',
    message: '{path} has {sizeBytes} bytes, which is no whole number of records of {recordLength} bytes',
    hint: 'check the record length, and that the file is complete',
  },
  PIPE_COMMAND_NOT_FOUND: {
    kind: 'user',
    message: "cannot start '{command}': {reason}",
    hint: "check the name, the PATH and the working directory; no shell is used, so write ['sh', '-c', …] for one",
  },
  PIPE_FAILED: {
    kind: 'transient',
    message: "'{command}' ended with {ending}; its last words were: {stderr}",
    hint: 'run the command by hand with the same input',
  },
  UNSUPPORTED_COMPRESSION: {
    kind: 'user',
    message: '{path} is compressed in a way that is not read here ({found})',
    hint: 'decompress it, or compress it again with gzip or zstd',
  },

  // Command line
  COMMAND_LINE: {
    kind: 'user',
    message: '{problem}',
    hint: "run '{help}' to see how it is used",
  },
  TSX_NOT_FOUND: {
    kind: 'user',
    message: "{path} is TypeScript, which Node.js {version} does not run by itself, and its project has no 'tsx'",
    hint: "run 'npm install --save-dev tsx' in the project, or compile the job and run the JavaScript",
  },

  // Storage: metadata
  CATALOG_NOT_FOUND: {
    kind: 'user',
    message: '{directory} is no data directory: no session has run there',
    hint: "name the directory the job uses: 'dir' of its session, CAIRN_DIR or --dir; the default is .cairn where it was started",
  },
  DATABASE_BUSY: {
    kind: 'transient',
    message: '{operation} waited {waitedMs} ms for {path}, which another process keeps locked',
    hint: "end what holds the database open for writing, such as a 'sqlite3' shell in a transaction, then try again",
  },
  RUN_AMBIGUOUS: {
    kind: 'user',
    message: "several runs begin with '{prefix}': {matches}",
    hint: 'give more digits of the id',
  },
  RUN_NOT_FOUND: {
    kind: 'user',
    message: "there is no run '{prefix}' in {path}",
    hint: '{recent}',
  },

  DIRECTORY_ALREADY_OPEN: {
    kind: 'user',
    message: '{path} is already open in this process, since {startedAt}',
    hint: "use the session that is open, close it first, or give the second one another 'dir'",
  },
  DIRECTORY_LOCKED_ELSEWHERE: {
    kind: 'user',
    message:
      '{path} was opened at {startedAt} by process {pid} ({command}) of another container, which cannot be seen from here',
    hint: 'stop that container; if it is gone already, delete {lockPath} and try again',
  },

  // Storage: damage
  CORRUPT_FILE: {
    kind: 'corruption',
    message: '{path} is damaged at byte {offset}: expected {expected}, found {found}',
    hint: 'the engine computes the data again where it can; otherwise delete the file and run the job again',
  },
  CORRUPT_DATA: {
    kind: 'corruption',
    message: 'damaged data at byte {offset}: expected {expected}, found {found}',
    hint: 'the bytes were not written by this engine, or were changed afterwards',
  },
  UNSUPPORTED_VERSION: {
    kind: 'user',
    message: '{path} has format version {found}; this release reads up to {supported}',
    hint: 'install a newer cairn-engine',
  },
  LIMIT_EXCEEDED: {
    kind: 'resource',
    message: '{what} is {found}, over the limit of {limit}',
    hint: '{remedy}',
  },

  // Storage: checkpoints
  CHECKPOINT_INCOMPLETE: {
    kind: 'transient',
    message: 'part {part} of checkpoint {path} cannot be committed: {reason}',
    hint: 'nothing was published; see that nobody else removes files there, then run the job again',
  },
  CHECKPOINT_NOT_FOUND: {
    kind: 'user',
    message: '{path} is no checkpoint: {reason}',
    hint: 'name the directory of one dataset, which holds part files and a _manifest; one without was never completed',
  },

  CHECKPOINT_UNKNOWN: {
    kind: 'user',
    message:
      "no checkpoint of {directory} has the name or number '{reference}', and no directory of that path is there",
    hint: "'cairn checkpoints ls' lists them; else name the directory of a checkpoint",
  },

  // Checkpoints of datasets
  CHECKPOINT_BLOCK_LOST: {
    kind: 'transient',
    message: 'block {block} of a locally checkpointed dataset is gone, and the dataset cannot be computed again',
    hint: 'its worker ended, or the dataset was unpersisted; use checkpoint() in place of localCheckpoint() for what must survive that',
  },

  CHECKPOINT_DIR_NOT_SET: {
    kind: 'user',
    message: 'no directory for checkpoints has been set',
    hint: "call session.setCheckpointDir(directory), or open the session with the option 'checkpoint.dir'",
  },
  CHECKPOINT_DIR_UNUSABLE: {
    kind: 'user',
    message: 'checkpoints cannot be written to {path}: {reason}',
    hint: 'name a directory, or one that can be made, that this process may write to',
  },
  CHECKPOINT_NAME_TAKEN: {
    kind: 'user',
    message: "dataset {other} of this session is checkpointed as '{name}' already",
    hint: 'give each checkpoint of a session a name of its own',
  },

  // Storage: blocks and shuffles
  BLOCK_LOST: {
    kind: 'corruption',
    message: 'block {block} at {path} was lost while it was read: {reason}',
    hint: 'the task runs again and computes the block from its lineage; check the disk when this repeats',
  },
  SHUFFLE_OUTPUT_LOST: {
    kind: 'corruption',
    message: 'the output of map partition {map} for shuffle {shuffle} at {path} is lost: {reason}',
    hint: 'the engine computes this map partition again; check the disk when this repeats',
  },
  UNRECOGNIZED_BLOCK_ID: {
    kind: 'user',
    message: '{name} is not the name of a block',
    hint: 'blocks are named as in Spark: rdd_3_7, shuffle_0_12_0.data, broadcast_1',
  },

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
    message: '{worker} ended while it ran task {task}, which computes partition {partition}: {reason}',
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

export type ErrorCode = keyof typeof ERROR_TABLE;
