import fc from 'fast-check';
import { OPERATORS } from './model-operators.ts';
import { anyValue } from './model-values.ts';

/** The records that random programs begin with. */
export const anyRows = fc.array(anyValue, { maxLength: 24 });

/** One step of a random program, as `fc.record` takes it. */
export const ANY_STEP = {
  operator: fc.constantFrom(...Object.keys(OPERATORS)),
  n: fc.nat({ max: 4 }),
  flag: fc.boolean(),
  others: fc.array(anyValue, { maxLength: 5 }),
};
