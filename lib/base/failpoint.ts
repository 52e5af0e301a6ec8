/**
 * Failpoints: named places between two steps of a protocol, where specs make the engine fail or die.
 *
 * In production a failpoint is one comparison. Specs arm one with `armFailpoint`; child processes of crash specs are
 * armed by their environment: `CAIRN_FAILPOINT=name[@hit]=kill|throw`. The crash specs go through `FAILPOINTS`, so
 * that one which no workload reaches fails them.
 *
 * Threading: each thread counts its own hits; the environment arms every thread of the process. `kill` ends the
 * whole process from whichever thread comes first.
 */
import { CairnError, describeValue } from './errors.ts';

/** Every failpoint there is: `<area>/<after or before>-<step>`. Order: by area, then as a run meets them. */
export const FAILPOINTS = [
  // Sessions
  'session/after-lock',
  'session/after-expired',
  'session/after-sweep',
  'session/after-folders',
  'session/after-run-begun',
  'session/before-folders-removed',
  'session/after-retained-rows',
  'session/before-unlock',
  // Blocks
  'block/before-rename',
  'block/after-rename',
  // Map outputs
  'shuffle/after-spill',
  'shuffle/after-data',
  'shuffle/after-index',
  'shuffle/after-data-rename',
  'shuffle/after-index-rename',
  // Checkpoints
  'checkpoint/after-begin',
  'checkpoint/after-part',
  'checkpoint/before-commit',
  'checkpoint/after-manifest',
  'checkpoint/after-row',
  // Saved datasets
  'output/before-part',
  'output/after-marker',
  'output/after-retired',
  'output/after-published',
] as const;

export type FailpointName = (typeof FAILPOINTS)[number];

/** What an armed failpoint does. `kill` is SIGKILL for this process: no handler, no `finally`, no flush. */
export type FailpointAction =
  | { readonly kind: 'throw'; readonly error: unknown }
  | { readonly kind: 'call'; readonly callback: (name: FailpointName) => void }
  | { readonly kind: 'kill' };

/** Acts at hits `hit`, `hit + 1`, … `hit + times - 1`, counted from 1 since it was armed. Both are 1 unless said. */
export interface FailpointTiming {
  readonly hit?: number;
  readonly times?: number;
}

/** An armed failpoint; disposing it disarms the failpoint. */
export interface ArmedFailpoint extends Disposable {
  /** How often the failpoint was reached since it was armed. */
  readonly hits: number;
}

class Armed implements ArmedFailpoint {
  hits = 0;
  readonly #name: FailpointName;
  readonly #action: FailpointAction;
  readonly #first: number;
  readonly #last: number;

  constructor(name: FailpointName, action: FailpointAction, timing: FailpointTiming) {
    this.#name = name;
    this.#action = action;
    this.#first = timing.hit ?? 1;
    this.#last = this.#first + (timing.times ?? 1) - 1;
  }

  reach(): void {
    this.hits++;
    if (this.hits < this.#first || this.hits > this.#last) return;
    switch (this.#action.kind) {
      case 'throw':
        throw this.#action.error;
      case 'call':
        this.#action.callback(this.#name);
        return;
      case 'kill':
        process.kill(process.pid, 'SIGKILL');
        // Should another thread get the signal first, nothing of this one may still happen.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    }
  }

  [Symbol.dispose](): void {
    if (armed?.get(this.#name) !== this) return;
    armed.delete(this.#name);
    if (armed.size === 0) armed = undefined;
  }
}

/** Undefined while nothing is armed, so that a failpoint costs one comparison. */
let armed: Map<FailpointName, Armed> | undefined;

/** Marks a place between two steps. Does nothing unless armed; then what `FailpointAction` says. */
export function failpoint(name: FailpointName): void {
  if (armed !== undefined) armed.get(name)?.reach();
}

/** Arms a failpoint in this thread, in place of what it was armed with before. For specs only. */
export function armFailpoint(
  name: FailpointName,
  action: FailpointAction,
  timing: FailpointTiming = {},
): ArmedFailpoint {
  armed ??= new Map();
  const entry = new Armed(name, action, timing);
  armed.set(name, entry);
  return entry;
}

/**
 * Arms the failpoint that `CAIRN_FAILPOINT` asks for, if it does. `throw` raises `FAILPOINT_REACHED`.
 * Raises `INVALID_OPTION` for what it cannot read: a crash spec must not pass because of a misspelt name.
 */
export function armFailpointFromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): ArmedFailpoint | undefined {
  const text = environment.CAIRN_FAILPOINT;
  if (text === undefined || text === '') return undefined;
  const match = /^([^@=]+)(?:@([1-9]\d{0,8}))?=(kill|throw)$/.exec(text);
  const name = FAILPOINTS.find((known) => known === match?.[1]);
  if (match === null || name === undefined) {
    throw new CairnError('INVALID_OPTION', {
      option: 'CAIRN_FAILPOINT',
      expected: "like 'shuffle/after-data-rename@2=kill', with a failpoint's name and kill or throw",
      found: describeValue(text),
    });
  }
  const action: FailpointAction =
    match[3] === 'kill' ? { kind: 'kill' } : { kind: 'throw', error: new CairnError('FAILPOINT_REACHED', { name }) };
  return armFailpoint(name, action, { hit: Number(match[2] ?? 1) });
}

armFailpointFromEnvironment(process.env);
