/**
 * From what a user wrote to what the engine runs with. An option given in code wins over its environment variable,
 * which wins over the default. Every value is checked, and every name: nothing a user wrote is silently ignored.
 */
import { CairnError, describeValue } from '../base/errors.ts';
import { findNearMiss } from '../base/near-miss.ts';
import { type Machine, thisMachine } from './machine.ts';
import { describeType, type OptionContext, readOption } from './option-type.ts';
import {
  type Config,
  environmentVariable,
  OPTIONS,
  type OptionName,
  optionEntry,
  type SessionOptions,
} from './options.ts';
import { isPlainObject } from './pools.ts';

const NAMES = Object.keys(OPTIONS) as readonly OptionName[];

/**
 * The configuration of a session. Options that are `undefined` and environment variables that are empty count as not
 * given. Raises UNKNOWN_OPTION and INVALID_OPTION.
 */
export function resolveConfig(
  options: SessionOptions = {},
  environment: Readonly<Record<string, string | undefined>> = process.env,
  machine: Machine = thisMachine(),
): Config {
  const given = new Map<OptionName, unknown>();
  flatten(options, '', given);
  const resolve = (name: OptionName, maxFailures: number) =>
    resolveOption(name, given.get(name), environment, { machine, maxFailures });
  const maxFailures = resolve('task.maxFailures', 1) as number;
  const entries = NAMES.map((name) => [name, resolve(name, maxFailures)] as const);
  return Object.freeze(Object.fromEntries(entries)) as Config;
}

function resolveOption(
  name: OptionName,
  given: unknown,
  environment: Readonly<Record<string, string | undefined>>,
  context: OptionContext,
): unknown {
  const entry = optionEntry(name);
  if (given !== undefined) return checked(name, name, given, context);
  const variable = environmentVariable(name);
  const text = variable === undefined ? undefined : environment[variable];
  if (text !== undefined && text !== '') return checked(name, `${name} (from ${variable})`, text, context);
  const standard = entry.default;
  if (typeof standard === 'object' && 'from' in standard) return standard.from(context.machine);
  return checked(name, name, standard, context);
}

function checked(name: OptionName, label: string, raw: unknown, context: OptionContext): unknown {
  const { type } = optionEntry(name);
  const value = readOption(type, raw, context);
  if (value !== undefined) return value;
  throw new CairnError('INVALID_OPTION', { option: label, expected: describeType(type), found: describeValue(raw) });
}

/** Collects options under their dotted names. A group is a prefix of some option's name. */
function flatten(options: unknown, prefix: string, into: Map<OptionName, unknown>): void {
  if (!isPlainObject(options)) {
    throw new CairnError('INVALID_OPTION', {
      option: prefix === '' ? 'options' : prefix.slice(0, -1),
      expected: 'an object of options',
      found: describeValue(options),
    });
  }
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const name = prefix + key;
    if (isOptionName(name)) into.set(name, value);
    else if (NAMES.some((known) => known.startsWith(`${name}.`))) flatten(value, `${name}.`, into);
    else throw unknownOption(name);
  }
}

function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name);
}

function unknownOption(name: string): CairnError {
  const near = findNearMiss(name, NAMES);
  return new CairnError('UNKNOWN_OPTION', {
    option: name,
    suggestion: near === undefined ? 'docs/options.md lists all of them' : `did you mean '${near}'?`,
  });
}
