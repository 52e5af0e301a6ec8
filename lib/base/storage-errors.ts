import type { ErrorEntry } from './error-entry.ts';

/** What goes wrong with files, with what they hold, and with the metadata. */
export const STORAGE_ERRORS = {
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
  OUTPUT_DIFFERS: {
    kind: 'user',
    message: 'what would be added to {path} could not be read with what is there: {difference}',
    hint: '{remedy}; nothing was published',
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
    hint: 'the engine computes the data again where it can; otherwise bring the file back from a copy, or remove what it is part of and run the job again',
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
    hint: "name the directory of one dataset, with part files and a _manifest; a name is given as an object with 'name', and 'cairn checkpoints ls' lists all",
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
  SPILL_LIMIT: {
    kind: 'resource',
    message:
      "spilling {more} more would pass 'spill.maxBytes' ({limit}): run files of all tasks take {used} now; this task has written out {spilled}",
    hint: "raise 'spill.maxBytes', or 'memory', so that less is written out; 'shuffle.codec' and 'storage.codec' make it smaller, and fewer workers make fewer runs at a time",
  },
  UNRECOGNIZED_BLOCK_ID: {
    kind: 'user',
    message: '{name} is not the name of a block',
    hint: 'blocks are named as in Spark: rdd_3_7, shuffle_0_12_0.data, broadcast_1',
  },
} as const satisfies Record<string, ErrorEntry>;
