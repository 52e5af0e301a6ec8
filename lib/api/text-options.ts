/** Checks of the options that CSV and JSON share, read and written; each raises INVALID_ARGUMENT. */
import { isKnownEncoding } from '../../formats/text/decoded-stream.ts';
import { RECORD_MODES, type RecordMode } from '../../formats/text/record-mode.ts';
import { fieldPairs, problemWithFields, type TextField, type TextFields } from '../../formats/text/text-type.ts';
import { compileTimePattern } from '../../formats/text/time-pattern.ts';
import type { OutputCompression } from '../../storage/output/text-part-writer.ts';
import { checkBoolean, checkInteger, invalidArgument } from './check-argument.ts';

/** A value that is given, or what stands in its place. */
type Given<T> = T | undefined;

export function flagOr(method: string, name: string, value: Given<boolean>, otherwise: boolean): boolean {
  if (value === undefined) return otherwise;
  checkBoolean(method, name, value);
  return value;
}

export function countOr(method: string, name: string, value: Given<number>, otherwise: number): number {
  if (value === undefined) return otherwise;
  checkInteger(method, name, value, 1);
  return value;
}

export function textOr<T extends string | undefined>(
  method: string,
  name: string,
  value: Given<string>,
  other: T,
): string | T {
  if (value === undefined) return other;
  if (typeof value !== 'string') throw invalidArgument(method, name, 'a text', value);
  return value;
}

/** One ASCII sign that is no line end, or '' for none. */
export function signOr(method: string, name: string, value: Given<string>, otherwise: string): string {
  if (value === undefined) return otherwise;
  if (typeof value === 'string' && /^[\t\x20-\x7e]?$/.test(value)) return value;
  throw invalidArgument(method, name, "one ASCII sign, or '' for none", value);
}

/** What separates fields: without line ends, and without the quote. */
export function delimiterOr(method: string, value: Given<string>, quote: string, otherwise: string): string {
  const delimiter = value ?? otherwise;
  const isText = typeof delimiter === 'string' && delimiter !== '' && !/[\r\n\p{Surrogate}]/u.test(delimiter);
  if (isText && (quote === '' || !delimiter.includes(quote))) return delimiter;
  throw invalidArgument(method, 'delimiter', 'a text without line ends and quotes', value);
}

export function encodingOr(method: string, value: Given<string>, otherwise: string): string {
  if (value === undefined) return otherwise;
  if (typeof value === 'string' && isKnownEncoding(value)) return value;
  throw invalidArgument(method, 'encoding', "an encoding by its name, such as 'utf-8', 'utf-16' or 'latin1'", value);
}

export function checkPattern(method: string, name: string, value: Given<string>): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && compileTimePattern(value) !== undefined) return value;
  throw invalidArgument(method, name, "a pattern with year, month and day, such as 'dd.MM.yyyy HH:mm:ss'", value);
}

export function checkMode(method: string, value: Given<RecordMode>): RecordMode | undefined {
  if (value === undefined || RECORD_MODES.includes(value)) return value;
  throw invalidArgument(method, 'mode', "'PERMISSIVE', 'DROPMALFORMED' or 'FAILFAST'", value);
}

export function sampleOr(method: string, value: Given<number | 'all'>, otherwise: number): number {
  if (value === 'all') return Number.MAX_SAFE_INTEGER;
  return countOr(method, 'sampleRows', value, otherwise);
}

/** Fields as pairs. `nests`: lists and structs may be among them. */
export function checkSchema(
  method: string,
  value: Given<TextFields>,
  nests: boolean,
): readonly TextField[] | undefined {
  if (value === undefined) return undefined;
  const problem = problemWithFields(value, nests);
  if (problem === undefined) return fieldPairs(value).map(([name, type]) => [name, type] as const);
  const scalars = 'boolean, int32, int64, bigint, double, string, date, timestamp';
  const expected = `fields with types, { name: type }, of ${scalars}${nests ? ', { list: … }, { struct: … }' : ''}`;
  throw invalidArgument(method, 'schema', `${expected}; there is ${problem}`, value);
}

/** Names, each once. */
export function checkNames(
  method: string,
  name: string,
  value: Given<readonly string[]>,
): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const isList = Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string');
  if (isList && new Set(value).size === value.length) return [...value];
  throw invalidArgument(method, name, 'an array of names, each once', value);
}

export function compressionOr(method: string, value: Given<OutputCompression>): OutputCompression {
  if (value === undefined || value === 'none' || value === 'gzip') return value ?? 'none';
  throw invalidArgument(method, 'compression', "'none' or 'gzip'", value);
}
