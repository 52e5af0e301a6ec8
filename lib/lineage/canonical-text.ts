import { createHash } from 'node:crypto';
import { CairnError, describeValue } from '../base/errors.ts';

/** Parameters as fingerprints take them: no functions, no instances, no cycles. */
export type PlainData =
  | null
  | undefined
  | boolean
  | number
  | string
  | readonly PlainData[]
  | { readonly [name: string]: PlainData };

/**
 * A text that two values share only if they are the same: 0 differs from -0, undefined from null and from a property
 * that is missing; the order of properties is none. Raises INTERNAL for what is no plain data.
 */
export function canonicalText(value: PlainData): string {
  switch (typeof value) {
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'object': {
      if (value === null) return 'null';
      if (isList(value)) return `[${value.map(canonicalText).join()}]`;
      if (Object.getPrototypeOf(value) !== Object.prototype) throw noData(value);
      const names = Object.keys(value).sort();
      return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalText(value[name])}`).join()}}`;
    }
    default:
      throw noData(value);
  }
}

/** SHA-256, in hexadecimal, of a value's canonical text. */
export function digestOfData(value: PlainData): string {
  return createHash('sha256').update(canonicalText(value)).digest('hex');
}

function noData(value: unknown): CairnError {
  return new CairnError('INTERNAL', { detail: `${describeValue(value)} is no parameter of a fingerprint` });
}

function isList(value: object): value is readonly PlainData[] {
  return Array.isArray(value);
}
