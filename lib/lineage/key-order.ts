/** The order of a sorted shuffle. */
export interface KeyOrder {
  readonly compare: (a: unknown, b: unknown) => number;
  readonly ascending: boolean;
  /** Whether `compare` is the engine's own order, for which faster roads exist. */
  readonly natural: boolean;
}
