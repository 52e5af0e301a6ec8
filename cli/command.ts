import { parseArgs } from 'node:util';
import { CairnError } from '../lib/index.ts';

/** What a command may use of its process; specs bring their own. */
export interface Io {
  /** Text for stdout, line breaks included. */
  write(text: string): void;
  /** Text for stderr. */
  complain(text: string): void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether stdout shows colours. */
  readonly hasColors: boolean;
}

/** A command of the program. `run` gives the exit code; what it raises becomes a message and the code 1 or 2. */
export interface Command {
  readonly name: string;
  /** Its arguments, as `[run] [--job N]`. */
  readonly usage: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What else there is to know, lines for its own help. */
  readonly details: readonly string[];
  run(args: readonly string[], io: Io): number | Promise<number>;
}

/** A mistake on the command line: exit code 2. */
export function usageError(problem: string, command?: string): CairnError {
  return new CairnError('COMMAND_LINE', {
    problem,
    help: command === undefined ? 'cairn help' : `cairn help ${command}`,
  });
}

/** Says that what was asked for is not there, and what to look at; gives exit code 1. */
export function missing(io: Io, what: string, hint: string): number {
  io.complain(`cairn: ${what}\n  hint: ${hint}\n`);
  return 1;
}

/** Flags and arguments of a command. */
export interface Parsed<Flag extends string, Switch extends string = never> {
  readonly flags: { readonly [Name in Flag]?: string };
  /** Those that were given. */
  readonly switches: ReadonlySet<Switch>;
  readonly positionals: readonly string[];
}

/**
 * Reads flags, each of which takes a value, switches, which take none, and at most `most` arguments. Raises COMMAND_LINE
 * for anything else.
 */
export function parse<Flag extends string, Switch extends string = never>(
  command: string,
  args: readonly string[],
  flags: readonly Flag[],
  most: number,
  switches: readonly Switch[] = [],
): Parsed<Flag, Switch> {
  const options = Object.fromEntries([
    ...flags.map((flag) => [flag, { type: 'string' as const }] as const),
    ...switches.map((each) => [each, { type: 'boolean' as const }] as const),
  ]);
  // Not strict: its own messages differ from one release of Node to the next.
  const { tokens } = parseArgs({ args: [...args], options, allowPositionals: true, strict: false, tokens: true });
  const values: Partial<Record<Flag, string>> = {};
  const given = new Set<Switch>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const found = switches.find((each) => each === token.name);
    if (found !== undefined) {
      if (token.value !== undefined) throw usageError(`${token.rawName} takes no value`, command);
      given.add(found);
      continue;
    }
    const flag = flags.find((each) => each === token.name);
    if (flag === undefined) throw usageError(`there is no flag '${token.rawName}'`, command);
    if (token.value === undefined) throw usageError(`${token.rawName} needs a value`, command);
    values[flag] = token.value;
  }
  const extra = positionals[most];
  if (extra !== undefined) throw usageError(`unexpected argument '${extra}'`, command);
  return { flags: values, switches: given, positionals };
}

/** A whole number from 0, as ids are. Raises COMMAND_LINE. */
export function parseId(command: string, flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw usageError(`--${flag} must be a whole number, found '${text}'`, command);
  return Number(text);
}

/** The data directory to look at: the flag, else what a session would take. */
export function directoryOf(flag: string | undefined, io: Io): string {
  return flag ?? (io.environment.CAIRN_DIR || '.cairn');
}
