import { expect, it } from 'vitest';
import { StepFailure } from '../../../lib/exec/step-failure.ts';

it('carries the step and what was thrown, whatever that is', () => {
  for (const thrown of [new TypeError('x'), 'text', undefined, null]) {
    const failure = new StepFailure(3, thrown);
    expect(failure.stepIndex).toBe(3);
    expect(failure.cause).toBe(thrown);
    expect(failure.name).toBe('StepFailure');
  }
});
