/**
 * Every option of a session, in one table: its type, its default and what it does.
 *
 * An option is given to `Session.open` (dots become nested objects: `{ shuffle: { codec: 'zstd' } }`), or by an
 * environment variable whose name follows from the option's (`environmentVariable`). `docs/options.md` is generated
 * from this table. Order: as a user meets them.
 */
import type { Machine } from './machine.ts';
import type { InputOf, OptionType, ValueOf } from './option-type.ts';

/** A default that depends on the machine, or on being left alone. */
interface ComputedDefault {
  /** How the reference states it. */
  readonly text: string;
  readonly from: (machine: Machine) => number | undefined;
}

interface OptionEntry {
  readonly type: OptionType;
  /** As a user would write it, or computed. */
  readonly default: string | number | boolean | Readonly<Record<string, never>> | readonly never[] | ComputedDefault;
  /** One or two sentences: what it decides, in its unit. */
  readonly doc: string;
}

const CODECS = ['none', 'zstd', 'deflate'] as const;
const MAX_INT = 2 ** 31 - 1;

export const OPTIONS = {
  // The session
  dir: {
    type: { kind: 'string' },
    default: '.cairn',
    doc: 'The data directory: blocks, map outputs, spilled runs and the metadata of every run. One session at a time owns it.',
  },
  name: {
    type: { kind: 'string' },
    default: 'cairn',
    doc: 'What the run is called in listings and in the metadata.',
  },
  resume: {
    type: { kind: 'boolean' },
    default: { text: 'unset: on for a session with a `name` of its own', from: () => undefined },
    doc: 'Whether the session goes on from what earlier runs in its data directory committed: checkpoints, and map outputs of runs that did not complete, of datasets that are computed from the same inputs by the same functions.',
  },
  master: {
    type: { kind: 'master' },
    default: 'local[*]',
    doc: "Where tasks run: in the caller's thread, one at a time, with `local`; on N worker threads with `local[N]`, on one per processor with `local[*]`; `local[N, F]` also sets how often a task may fail. Functions see copies of what they capture in workers, and the variables themselves with `local`.",
  },
  parallelism: {
    type: { kind: 'integer', min: 1, max: MAX_INT },
    default: {
      text: 'unset: a dataset has one partition per slot of the master, a shuffle as many as its largest input',
      from: () => undefined,
    },
    doc: 'Partitions of a dataset made without a count, and of a shuffle none of whose inputs says otherwise.',
  },
  handleSignals: {
    type: { kind: 'boolean' },
    default: true,
    doc: 'Whether SIGINT, SIGTERM and SIGHUP close the session before they end the process, where the program does not listen to them itself.',
  },

  // Memory
  memory: {
    type: { kind: 'byteSize', min: 1 },
    default: {
      text: "half of the machine's memory, or of its container's",
      from: (machine) => Math.floor(machine.memoryBytes / 2),
    },
    doc: 'Memory the engine plans with, for all of its threads together. What does not fit is spilled, evicted or computed again.',
  },
  memoryFraction: {
    type: { kind: 'number', min: 0.01, max: 1 },
    default: 0.6,
    doc: 'Share of `memory` for blocks, shuffles and sorts; the rest is left to the code of the job.',
  },
  memoryStorageFraction: {
    type: { kind: 'number', min: 0, max: 1 },
    default: 0.5,
    doc: 'Share of that part within which cached blocks are safe from eviction by running tasks.',
  },

  'spill.maxBytes': {
    type: { kind: 'byteSize', min: 0 },
    default: { text: 'unset: what the disk has', from: () => undefined },
    doc: 'What tasks may have written out at a time for want of memory, those of all threads together. A task that would pass it fails, and its files are removed.',
  },

  // Execution
  codegen: {
    type: { kind: 'choice', choices: ['auto', 'on', 'off'] },
    default: 'auto',
    doc: 'Whether stages run as generated code: `auto` uses it where it pays, `on` wherever it can, `off` never. Answers are the same.',
  },
  'batch.rows': {
    type: { kind: 'integer', min: 1, max: 1_048_576 },
    default: 2048,
    doc: 'Records handled at a time.',
  },
  'result.maxBytes': {
    type: { kind: 'byteSize', min: 1 },
    default: '1 GiB',
    doc: "What the results of one job's tasks may come to before the job is stopped, so that a careless `collect` does not end the process.",
  },
  'task.maxFailures': {
    type: { kind: 'integer', min: 1, max: MAX_INT },
    default: 4,
    doc: 'How often a task may fail before its job does.',
  },
  'task.timeout': {
    type: { kind: 'duration', min: 1 },
    default: { text: 'unset: no limit', from: () => undefined },
    doc: "How long one attempt of a task may take. After that its worker is ended and the task tried again on a fresh one. In the caller's thread (`local`) a task is stopped where it waits or reads its next records.",
  },
  'stage.maxConsecutiveAttempts': {
    type: { kind: 'integer', min: 1, max: MAX_INT },
    default: 4,
    doc: 'How often in a row a stage may be tried because one and the same map output it reads was lost.',
  },
  'locality.wait': {
    type: { kind: 'duration', min: 0 },
    default: '200 ms',
    doc: 'How long a worker stays idle in the hope that another one, which holds the cached block a task reads, comes free. A task that runs elsewhere copies the block or computes it again.',
  },
  'speculation.enabled': {
    type: { kind: 'boolean' },
    default: false,
    doc: 'Whether a task that takes much longer than others of its stage is started a second time, on another worker. The first of the two to end counts; functions with effects of their own may run twice.',
  },
  'speculation.quantile': {
    type: { kind: 'number', min: 0, max: 1 },
    default: 0.9,
    doc: "Share of a stage's tasks that must have ended before any is started a second time.",
  },
  'speculation.multiplier': {
    type: { kind: 'number', min: 0, max: 1_000_000 },
    default: 3,
    doc: 'How many times as long as the median of its stage a task must take to be started a second time.',
  },
  'speculation.interval': {
    type: { kind: 'duration', min: 1 },
    default: '100 ms',
    doc: 'How often running tasks are looked at.',
  },
  'speculation.minTaskRuntime': {
    type: { kind: 'duration', min: 0 },
    default: '100 ms',
    doc: 'How long a task must take in any case to be started a second time.',
  },
  'scheduler.mode': {
    type: { kind: 'choice', choices: ['FIFO', 'FAIR'] },
    default: 'FIFO',
    doc: 'How concurrent jobs share the workers: the first one first, or in turn by pool.',
  },
  'scheduler.pools': {
    type: { kind: 'pools' },
    default: {},
    doc: 'Pools for `FAIR`: by name, the `mode` inside the pool, its `weight` and its `minShare` of slots. Not from the environment.',
  },

  // Storage
  'storage.codec': {
    type: { kind: 'choice', choices: CODECS },
    default: 'none',
    doc: 'How blocks and spilled runs are compressed on disk.',
  },
  'shuffle.codec': {
    type: { kind: 'choice', choices: CODECS },
    default: 'none',
    doc: 'How map outputs are compressed.',
  },
  'shuffle.retain': {
    type: { kind: 'duration', min: 0 },
    default: '7 d',
    doc: 'How long the map outputs of a run that could be resumed, and did not complete, are kept for a later run; `0 ms` keeps none. They go when a run of the same `name` completes, and what the last three runs of it neither wrote nor used.',
  },
  'shuffle.retainBytes': {
    type: { kind: 'byteSize', min: 0 },
    default: '4 GiB',
    doc: 'How much a session that resumes keeps of map outputs that its own program cannot reach any more, for the case that it is killed.',
  },

  // Checkpoints
  'checkpoint.dir': {
    type: { kind: 'string' },
    default: { text: 'unset: `checkpoint` needs `setCheckpointDir`', from: () => undefined },
    doc: 'Where `checkpoint` writes: each session below a folder of its own there. Checkpoints stay after the session.',
  },
  'checkpoint.codec': {
    type: { kind: 'choice', choices: CODECS },
    default: 'none',
    doc: 'How checkpoints are compressed. Each says how it is, so that it can be read whatever the option says then.',
  },
  'checkpoint.allMarkedAncestors': {
    type: { kind: 'boolean' },
    default: false,
    doc: 'Whether a job checkpoints every marked dataset it reaches, or only the first one on each path, which cuts the others off.',
  },
  'checkpoint.cleanUp': {
    type: { kind: 'boolean' },
    default: false,
    doc: 'Whether the files of a checkpoint are removed once the program holds neither the dataset nor anything computed from it.',
  },

  // What is found again
  'fingerprint.inputs': {
    type: { kind: 'choice', choices: ['stat', 'content'] },
    default: 'stat',
    doc: 'What tells input files apart from one run to the next: `stat` their path, size and time of change; `content` their name, size and a hash of every byte, which is read for that.',
  },

  // How functions travel
  'closure.mutableCaptures': {
    type: { kind: 'choice', choices: ['error', 'strict', 'copy'] },
    default: 'error',
    doc: 'What happens to a task that assigns a variable it captures, which would change a copy in a worker: an `error` unless only functions that it calls do so, `strict` an error in these too, `copy` neither. Has no meaning with `local`.',
  },
  'closure.warnBytes': {
    type: { kind: 'byteSize', min: 1 },
    default: '1 MiB',
    doc: 'A warning names the variable where what the functions of a stage capture takes more than this.',
  },
  'closure.byReference': {
    type: { kind: 'scripts' },
    default: [],
    doc: 'Which scripts workers import themselves, instead of getting copies of the functions that are captured from them, beyond packages in `node_modules`: packages by name (`@acme/*`; a linked one by its package.json), files and folders by paths that begin with `./`, `../` or `/`. `!` takes back, the last pattern that matches decides; a function decides alone. Not from the environment.',
  },

  // What is shown
  progress: {
    type: { kind: 'choice', choices: ['auto', 'on', 'off'] },
    default: 'auto',
    doc: 'Progress on stderr, for stages that take more than half a second: `auto` draws one line on a terminal, writes a line a stage where the variable CI is set, and is silent elsewhere and in test runners; `on` writes a line for every stage where there is no terminal.',
  },
} as const satisfies Readonly<Record<string, OptionEntry>>;

export type OptionName = keyof typeof OPTIONS;

/** The entry of an option, without its literal types: for code that goes through the table. */
export function optionEntry(name: OptionName): OptionEntry {
  return OPTIONS[name];
}

/** The value of each option as the engine sees it: bytes and milliseconds as numbers, the master parsed. */
export type Config = {
  readonly [Name in OptionName]:
    | ValueOf<(typeof OPTIONS)[Name]['type']>
    | ((typeof OPTIONS)[Name]['default'] extends { readonly from: () => undefined } ? undefined : never);
};

type UnionToIntersection<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer I) => void
  ? I
  : never;

type Nested<Name extends string, Value> = Name extends `${infer Head}.${infer Rest}`
  ? { readonly [Key in Head]?: Nested<Rest, Value> }
  : { readonly [Key in Name]?: Value };

/** What a user may hand in: every part optional, dots as nested objects. */
export type SessionOptions = UnionToIntersection<
  { [Name in OptionName]: Nested<Name, InputOf<(typeof OPTIONS)[Name]['type']>> }[OptionName]
>;

/** The environment variable of an option: `task.maxFailures` is `CAIRN_TASK_MAX_FAILURES`. Undefined for what text cannot say. */
export function environmentVariable(name: OptionName): string | undefined {
  const { kind } = OPTIONS[name].type;
  if (kind === 'pools' || kind === 'scripts') return undefined;
  return `CAIRN_${name.replaceAll('.', '_').replaceAll(/[A-Z]/g, '_$&').toUpperCase()}`;
}
