import { afterEach, expect, it, vi } from 'vitest';
import { stderrTerminal } from '../../../lib/base/terminal.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

it('writes to stderr as it is', () => {
  const written: unknown[] = [];
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(text) > 0);
  stderrTerminal.write('\rx');
  write.mockRestore();
  expect(written).toEqual(['\rx']);
});

it('is no terminal when stderr is none, or is one that cannot erase', () => {
  const { isTTY, columns } = process.stderr;
  try {
    Object.assign(process.stderr, { isTTY: true, columns: 132 });
    vi.stubEnv('TERM', 'xterm');
    expect([stderrTerminal.isInteractive, stderrTerminal.columns]).toEqual([true, 132]);
    vi.stubEnv('TERM', 'dumb');
    expect(stderrTerminal.isInteractive).toBe(false);
    Object.assign(process.stderr, { isTTY: undefined, columns: undefined });
    vi.stubEnv('TERM', 'xterm');
    expect([stderrTerminal.isInteractive, stderrTerminal.columns]).toEqual([false, 80]);
  } finally {
    Object.assign(process.stderr, { isTTY, columns });
  }
});
