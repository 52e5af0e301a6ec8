/** Time as the engine sees it; specs hand in a clock of their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /** Milliseconds of a steady clock with an arbitrary start: for durations. */
  monotonicMs(): number;
}

/** The machine's clock. The only place that reads it. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};
