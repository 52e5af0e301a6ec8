import { types } from 'node:util';
import { CairnError, describeValue } from '../../lib/base/errors.ts';

/** Deeper records are refused: readers would, too. */
const MAX_DEPTH = 512;

/**
 * A record as a line of JSON, without its end. `JSON.stringify` does it for records that it loses nothing of; the others
 * take a road of their own: bigints become numbers of as many digits, NaN and the infinities texts, as Spark writes
 * them, -0 stays. Fields that are undefined are left out.
 *
 * Raises ROW_NOT_WRITABLE for what is no plain object, and where it holds what JSON has no form for: functions, symbols,
 * invalid dates, maps, sets, binary, instances of classes.
 */
export function encodeJson(record: unknown): string {
  if (typeof record !== 'object' || record === null || !isPlain(record)) {
    throw refused(`${describeValue(record)} is no plain object`);
  }
  return needsCare(record, 0) ? write(record) : JSON.stringify(record);
}

function isPlain(value: object): boolean {
  if (types.isProxy(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Whether `JSON.stringify` would give something else for a value, or fail. Raises for what has no form. */
function needsCare(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return false;
    case 'number':
      return !Number.isFinite(value) || Object.is(value, -0);
    case 'bigint':
      return true;
    case 'object':
      break;
    default:
      throw refused(`it holds ${describeValue(value)}`);
  }
  if (value === null) return false;
  if (depth >= MAX_DEPTH) throw refused(`it is nested over ${MAX_DEPTH} deep`);
  let found = false;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) if (needsCare(value[i], depth + 1)) found = true;
    return found;
  }
  if (types.isDate(value) && !Number.isNaN(value.getTime())) return false;
  if (!isPlain(value)) throw refused(`it holds ${describeValue(value)}`);
  for (const name of Object.keys(value)) {
    if (needsCare((value as Record<string, unknown>)[name], depth + 1)) found = true;
  }
  return found;
}

/** Every value was looked at by `needsCare`. */
function write(value: unknown): string {
  switch (typeof value) {
    case 'number':
      if (Object.is(value, -0)) return '-0';
      return Number.isFinite(value) ? String(value) : `"${value}"`;
    case 'bigint':
      return String(value);
    case 'undefined':
      return 'null';
    case 'object': {
      if (value === null) return 'null';
      if (Array.isArray(value)) return `[${Array.from(value, write).join(',')}]`;
      if (types.isDate(value)) return JSON.stringify(value);
      const fields = Object.entries(value).filter(([, each]) => each !== undefined);
      return `{${fields.map(([name, each]) => `${JSON.stringify(name)}:${write(each)}`).join(',')}}`;
    }
    default:
      return JSON.stringify(value);
  }
}

function refused(reason: string): CairnError {
  return new CairnError('ROW_NOT_WRITABLE', {
    format: 'JSON',
    reason,
    remedy: 'map records to plain objects of texts, numbers, booleans, dates, arrays and objects first',
  });
}
