import { describe, expect, it } from 'vitest';
import { SourceBuilder } from '../../../lib/base/compile-source.ts';
import { emitPairCheck, emitStepLocals, emitSteps } from '../../../lib/exec/emit-steps.ts';
import type { Step } from '../../../lib/lineage/step.ts';

/** The code of a chain, without the loop around it. */
function sourceOf(steps: readonly Step[], isPair = false): string {
  const b = new SourceBuilder();
  emitSteps(b, steps, 'x', { isPair }, (record, known) => b.line(`end(${record}, ${known.isPair});`));
  return b.toString();
}

describe('emitSteps', () => {
  it('notes which step is about to run, and ends after the last', () => {
    const source = sourceOf([
      { kind: 'map', f: () => 0 },
      { kind: 'filter', f: () => 0 },
    ]);
    expect(source.match(/at = \d/g)).toEqual(['at = 0', 'at = 1', 'at = 2']);
    expect(source).toMatch(/f0\(x\)/);
    expect(source).toMatch(/continue;/);
  });

  it('gives the parts of a pair that the last step makes to who can do without the pair', () => {
    const b = new SourceBuilder();
    const keyed: Step = { kind: 'key-by', f: () => 0 };
    const seen: unknown[] = [];
    emitSteps(b, [keyed, keyed], 'x', { isPair: false }, (record, known) => seen.push([record, known]), true);
    expect(b.toString()).not.toMatch(/= \[f1/);
    const [[record, known]] = seen as [[string, { parts: { key: string; value: string } }]];
    expect(record).toBe(`[${known.parts.key}, ${known.parts.value}]`);
    expect(b.toString()).toContain(`const ${known.parts.key} = f1(${known.parts.value});`);
  });

  it('checks for pairs only where they are not pairs by their making', () => {
    const values: Step = { kind: 'map-values', f: () => 0 };
    expect(sourceOf([values]).match(/isArray/g)).toHaveLength(1);
    expect(sourceOf([values, values, { kind: 'keys' }]).match(/isArray/g)).toHaveLength(1);
    expect(sourceOf([values], true)).not.toContain('isArray');
    expect(sourceOf([{ kind: 'key-by', f: () => 0 }, { kind: 'values' }])).not.toContain('isArray');
    expect(sourceOf([{ kind: 'key-by', f: () => 0 }])).toMatch(/end\(\S+, true\)/);
    expect(sourceOf([values, { kind: 'values' }])).toMatch(/end\(\S+, false\)/);
  });

  it('holds no text of the user: functions come as parameters', () => {
    expect(sourceOf([{ kind: 'map', f: (secret) => secret }])).not.toContain('secret');
  });
});

describe('emitStepLocals', () => {
  it('puts what steps remember into locals, and back', () => {
    const b = new SourceBuilder();
    const store = emitStepLocals(b, [{ kind: 'pass' }, { kind: 'index', starts: { value: [] } }]);
    expect(b.toString()).toContain('let position1 = cursors[1].position;');
    store();
    expect(b.toString()).toContain('cursors[1].position = position1;');
  });
});

describe('emitPairCheck', () => {
  it('emits nothing for what is known', () => {
    const b = new SourceBuilder();
    emitPairCheck(b, 'x', { isPair: true });
    expect(b.toString()).not.toContain('isArray');
  });
});
