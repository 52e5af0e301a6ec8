import { totalmem } from 'node:os';
import { describe, expect, it } from 'vitest';
import { thisMachine } from '../../../lib/config/machine.ts';

describe('thisMachine', () => {
  it('has a processor, and memory within that of the hardware', () => {
    const machine = thisMachine();
    expect(machine.processors).toBeGreaterThanOrEqual(1);
    expect(machine.memoryBytes).toBeGreaterThan(0);
    expect(machine.memoryBytes).toBeLessThanOrEqual(totalmem());
  });
});
