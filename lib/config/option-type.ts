/**
 * The kinds of value an option can have: how each is read from what a user wrote, in code or in an environment
 * variable, and how it is described in errors and in the reference.
 */
import { parseByteSize } from '../base/byte-size.ts';
import type { Machine } from './machine.ts';
import { type Master, parseMaster } from './master.ts';
import { type PoolOptions, type PoolSettings, parsePools } from './pools.ts';

/** The type of an option, with the bounds of its values (inclusive). */
export type OptionType =
  | { readonly kind: 'byteSize'; readonly min: number }
  | { readonly kind: 'duration'; readonly min: number }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  | { readonly kind: 'number'; readonly min: number; readonly max: number }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'choice'; readonly choices: readonly string[] }
  | { readonly kind: 'string' }
  | { readonly kind: 'master' }
  | { readonly kind: 'pools' }
  | { readonly kind: 'scripts' };

/** What the engine sees: bytes and milliseconds as numbers. */
export type ValueOf<T extends OptionType> = T extends {
  readonly kind: 'choice';
  readonly choices: readonly (infer C)[];
}
  ? C
  : T['kind'] extends 'byteSize' | 'duration' | 'integer' | 'number'
    ? number
    : T['kind'] extends 'boolean'
      ? boolean
      : T['kind'] extends 'pools'
        ? ReadonlyMap<string, PoolSettings>
        : T['kind'] extends 'master'
          ? Master
          : T['kind'] extends 'scripts'
            ? ScriptChoice
            : string;

/** Which scripts are meant: patterns, or a function of a script's URL. */
export type ScriptChoice = readonly string[] | ((url: string) => boolean);

/** What a user may write: sizes and durations also as text with a unit. */
export type InputOf<T extends OptionType> = T['kind'] extends 'byteSize' | 'duration'
  ? number | string
  : T['kind'] extends 'pools'
    ? Readonly<Record<string, PoolOptions>>
    : T['kind'] extends 'master'
      ? string
      : T['kind'] extends 'scripts'
        ? string | ScriptChoice
        : ValueOf<T>;

/** What reading a value may depend on. */
export interface OptionContext {
  readonly machine: Machine;
  /** `task.maxFailures`, which a master string may replace. */
  readonly maxFailures: number;
}

/** Reads a value; undefined when it is not one of this type. Text stands for every type but `pools`, and for one pattern. */
export function readOption(type: OptionType, raw: unknown, context: OptionContext): unknown {
  switch (type.kind) {
    case 'byteSize':
      return typeof raw === 'number' || typeof raw === 'string' ? within(parseByteSize(raw), type.min) : undefined;
    case 'duration':
      return within(readDuration(raw), type.min);
    case 'integer': {
      const value = within(readNumber(raw), type.min, type.max);
      return Number.isInteger(value) ? value : undefined;
    }
    case 'number':
      return within(readNumber(raw), type.min, type.max);
    case 'boolean':
      return raw === true || raw === 'true' || raw === 'on'
        ? true
        : raw === false || raw === 'false' || raw === 'off'
          ? false
          : undefined;
    case 'choice':
      return typeof raw === 'string'
        ? type.choices.find((choice) => choice.toLowerCase() === raw.toLowerCase())
        : undefined;
    case 'string':
      return typeof raw === 'string' && raw !== '' && !raw.includes('\0') ? raw : undefined;
    case 'master':
      return typeof raw === 'string' ? parseMaster(raw, context.machine, context.maxFailures) : undefined;
    case 'pools':
      return parsePools(raw);
    case 'scripts':
      return readScripts(raw);
  }
}

/** What a value of this type must be, as the end of "option 'x' must be …", with examples of its units. */
export function describeType(type: OptionType): string {
  switch (type.kind) {
    case 'byteSize':
      return `a size of ${type.min === 1 ? '1 byte' : `${type.min} bytes`} or more, like 67108864, '64 MiB' or '2g'`;
    case 'duration':
      return `a duration of ${type.min} ms or more, like 500, '500 ms', '10 s', '2 min' or '7 d'`;
    case 'integer':
      return `a whole number from ${type.min} to ${type.max}`;
    case 'number':
      return `a number from ${type.min} to ${type.max}`;
    case 'boolean':
      return 'true or false';
    case 'choice':
      return `one of ${type.choices.map((choice) => `'${choice}'`).join(', ')}`;
    case 'string':
      return 'text that is not empty';
    case 'master':
      return "'local', 'local[4]', 'local[*]' or 'local[4, 2]' (4 workers, 2 tries a task)";
    case 'pools':
      return "an object like { reports: { mode: 'FAIR', weight: 2, minShare: 1 } }";
    case 'scripts':
      return "patterns, like ['@acme/*', './shared', '!lodash'], or a function of a script's URL";
  }
}

function readScripts(raw: unknown): ScriptChoice | undefined {
  if (typeof raw === 'function') return raw as (url: string) => boolean;
  const patterns: readonly unknown[] = Array.isArray(raw) ? [...raw] : [raw];
  const areTexts = patterns.every((pattern) => typeof pattern === 'string' && !/^!?$|\0/.test(pattern));
  return areTexts ? Object.freeze(patterns as readonly string[]) : undefined;
}

const MS_OF_UNIT: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['ms', 1],
  ['s', 1000],
  ['min', 60_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

function readDuration(raw: unknown): number | undefined {
  if (typeof raw === 'number') return Number.isFinite(raw) ? raw : undefined;
  const match = typeof raw === 'string' ? /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(raw) : null;
  const unit = MS_OF_UNIT.get(match?.[2]?.toLowerCase() ?? '?');
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}

function readNumber(raw: unknown): number | undefined {
  if (typeof raw === 'number') return raw;
  return typeof raw === 'string' && /^\s*[+-]?\d+(?:\.\d+)?\s*$/.test(raw) ? Number(raw) : undefined;
}

function within(value: number | undefined, min: number, max = Number.MAX_SAFE_INTEGER): number | undefined {
  return value !== undefined && value >= min && value <= max ? value : undefined;
}
