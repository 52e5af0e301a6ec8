/**
 * A function of the user's that threw inside a fused chain: which step of the chain, and what it threw. The task turns
 * it into the error that the user sees.
 */
export class StepFailure extends Error {
  override readonly name = 'StepFailure';
  /** Index into the chain's steps; their count stands for the sink. */
  readonly stepIndex: number;
  override readonly cause: unknown;

  constructor(stepIndex: number, cause: unknown) {
    super('a step failed');
    this.stepIndex = stepIndex;
    this.cause = cause;
  }
}
