import { describe, expect, it } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { invariant, unreachable } from '../../../lib/base/invariant.ts';

describe('invariant', () => {
  it('passes what holds and raises INTERNAL with its detail for what does not', () => {
    expect(() => invariant(1, 'fine')).not.toThrow();
    expect(() => invariant(0, 'stage 3 has no tasks')).toThrow(/INTERNAL: internal error: stage 3 has no tasks/);
  });
});

describe('unreachable', () => {
  it('names the case that should not be', () => {
    expect(() => unreachable({ kind: 'new' } as never)).toThrow(/unexpected case "new"/);
    expect(() => unreachable(10n as never)).toThrow(CairnError);
  });
});
