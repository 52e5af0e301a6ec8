import { describe, expect, it } from 'vitest';
import { capture } from '../../../lib/closure/capture.ts';
import { travel, travelAll } from '../../support/travel.ts';

describe('variables that functions share', () => {
  it('stay shared by the functions of one scope', async () => {
    let n = 10;
    const [increment, read] = await travelAll([() => ++n, () => n], { mutableCaptures: 'copy' });
    expect([increment(), increment(), read(), n]).toEqual([11, 12, 12, 10]);
  });

  it('are seen by functions that only read them, reached on another way', async () => {
    let total = 0;
    const add = (x: number) => {
      total += x;
    };
    const tools = { add, read: () => total };
    const copy = await travel((x: number) => {
      tools.add(x);
      return tools.read();
    });
    expect(copy(5)).toBe(5);
    expect(total).toBe(0);
  });

  it('are refused where two closures of one place may or may not share them', async () => {
    const counter = () => {
      let c = 0;
      return () => ++c;
    };
    const a = counter();
    const b = counter();
    await expect(capture([() => a() + b()])).rejects.toThrow(/cannot be told whether they share one variable/);
  });

  it('must not be assigned by the task itself', async () => {
    let n = 0;
    await expect(capture([() => ++n])).rejects.toThrow(
      /captures 'n' and assigns it \(spec.*variable-cells\.spec\.ts:\d+\)/,
    );
    await expect(capture([(() => ++n).bind(null)])).rejects.toThrow(/captures 'n' and assigns it/);
  });
});
