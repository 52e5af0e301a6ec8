import { describe, expect, it } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { explicitCaptures, withCaptures } from '../../../lib/closure/with-captures.ts';
import { travel } from '../../support/travel.ts';

describe('withCaptures', () => {
  it('ships what was given, and not what the variable holds', async () => {
    const factor = 2;
    const fn = withCaptures({ factor: 3 }, (x: number) => x * factor);
    expect(fn(10)).toBe(20);
    expect((await travel(fn))(10)).toBe(30);
  });

  it('raises CAPTURE_MISSING at once, with the line and the names', () => {
    const a = 1;
    const b = 2;
    let error: unknown;
    try {
      withCaptures({ a }, () => a + b + Math.PI);
    } catch (reason) {
      error = reason;
    }
    expect(CairnError.is(error, 'CAPTURE_MISSING')).toBe(true);
    expect((error as Error).message).toMatch(/closure at spec.*with-captures\.spec\.ts:\d+ uses 'b', which/);
  });

  it('knows a place for stacks', () => {
    const fn = withCaptures({}, () => 1);
    expect(explicitCaptures(fn)?.location?.url).toMatch(/with-captures\.spec\.ts/);
  });
});
