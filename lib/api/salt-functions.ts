/** What runs in the tasks of salted keys; travels by name. */
import { portable, portableValues } from '../closure/portable.ts';
import { checkPair } from '../lineage/pair.ts';

/** `[number, [key, value]] -> [[key, number % count], value]`: the number is what the pair was dealt. */
export const addSalt = portable('salt/add', (count: number) => (dealt: unknown): unknown => {
  const [number, pair] = dealt as [number, unknown];
  const [key, value] = checkPair(pair);
  return [[key, number % count], value];
});

/** A pair once for every salt. */
export const addEverySalt = portable('salt/add-every', (count: number) => (pair: unknown): unknown[] => {
  const [key, value] = checkPair(pair);
  return Array.from({ length: count }, (_, salt) => [[key, salt], value]);
});

/** `[[key, salt], value] -> [key, value]`. */
export function dropSalt(pair: unknown): unknown {
  const [salted, value] = checkPair(pair);
  return [checkPair(salted)[0], value];
}

portableValues('salt', { dropSalt });
