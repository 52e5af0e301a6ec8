import { describe, expect, it } from 'vitest';
import { buildPerWorker, openPerWorker, REMEDY, serializeHooks } from '../../../lib/closure/remedies.ts';

describe('remedies', () => {
  it('name the variable', () => {
    expect(openPerWorker('db')).toBe(
      'open it once per worker instead: const db = perWorker(() => …), then db() inside the closure',
    );
    expect(openPerWorker(undefined)).toContain('const handle');
    expect(buildPerWorker('schema')).toContain('const schema = perWorker(() => …)');
    expect(serializeHooks('Money')).toMatch(/^give Money static \[SERIALIZE\]/);
  });

  it('are clauses, as hints are', () => {
    for (const text of Object.values(REMEDY)) expect(text).not.toMatch(/\.$|\n/);
  });
});
