import { describe, expect, it } from 'vitest';
import { modeOf, RECORD_MODES } from '../../../formats/text/record-mode.ts';

describe('modeOf', () => {
  it('is what was chosen', () => {
    for (const mode of RECORD_MODES) expect([modeOf(mode, true), modeOf(mode, false)]).toEqual([mode, mode]);
  });

  it('is strict where the schema is a guess', () => {
    expect([modeOf(undefined, true), modeOf(undefined, false)]).toEqual(['PERMISSIVE', 'FAILFAST']);
  });
});
