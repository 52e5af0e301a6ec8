import { CairnError, describeValue } from './errors.ts';

/** Raises `INTERNAL` when `condition` is false. For bugs only: never for input or for what is on disk. */
export function invariant(condition: unknown, detail: string): asserts condition {
  if (!condition) throw new CairnError('INTERNAL', { detail });
}

/** Ends the switch over a closed union: the compiler checks that nothing is left. Raises `INTERNAL` with its kind. */
export function unreachable(value: never): never {
  const stray: unknown = value;
  const kind = typeof stray === 'object' && stray !== null && 'kind' in stray ? stray.kind : stray;
  throw new CairnError('INTERNAL', { detail: `unexpected case ${describeValue(kind)}` });
}
