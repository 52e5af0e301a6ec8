import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PipedCommand } from '../../../../lib/lineage/nodes/piped-command.ts';

const NODE = process.execPath;

function start(...command: readonly string[]): PipedCommand {
  return new PipedCommand({ command, env: {}, cwd: undefined });
}

async function finish(child: PipedCommand): Promise<string[]> {
  const lines: string[] = [];
  for (;;) {
    lines.push(...child.takeLines());
    if (child.finished) return lines;
    await child.progress();
  }
}

describe('PipedCommand', () => {
  it('passes text through', async () => {
    using child = start('cat');
    child.write('a\nb');
    child.write('c\nd');
    child.endInput();
    expect(await finish(child)).toEqual(['a', 'bc', 'd']);
    child.check();
  });

  it('wants no more input while the child does not read', async () => {
    using child = start(NODE, '-e', 'setInterval(() => {}, 1000)');
    let written = 0;
    for (let i = 0; i < 100 && child.wantsInput; i++) {
      child.write('x'.repeat(64 * 1024));
      written++;
      await child.progress();
    }
    // A pipe and the stream's buffer: far from the hundred.
    expect(written).toBeLessThan(20);
  });

  it('gives exit code and last words of a failed command', async () => {
    using child = start(NODE, '-e', 'for (let i = 0; i < 30; i++) console.error("line " + i); process.exitCode = 3');
    await finish(child);
    expect(() => child.check()).toThrow(/PIPE_FAILED.*exit code 3.*line 22\n.*line 29/s);
    expect(() => child.check()).not.toThrow(/line 21/);
  });

  it('names the signal that ended a command', async () => {
    using child = start(NODE, '-e', 'process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000)');
    await finish(child);
    expect(() => child.check()).toThrow(/PIPE_FAILED.*signal SIGTERM/);
  });

  it('tells a command that cannot be started', async () => {
    using child = start('no-such-command-anywhere');
    expect(await finish(child)).toEqual([]);
    expect(() => child.check()).toThrow(/PIPE_COMMAND_NOT_FOUND: cannot start 'no-such-command-anywhere'/);
    using elsewhere = new PipedCommand({ command: ['cat'], env: {}, cwd: '/no/such/directory' });
    await finish(elsewhere);
    expect(() => elsewhere.check()).toThrow(/PIPE_COMMAND_NOT_FOUND.*working directory/);
  });

  it('kills what a shell has started, too', async () => {
    const child = start('sh', '-c', `${NODE} -e 'console.log(process.pid); setInterval(() => {}, 1000)' & wait`);
    let lines: string[] = [];
    while (lines.length === 0) {
      lines = child.takeLines();
      if (lines.length === 0) await child.progress();
    }
    const pid = Number(lines[0]);
    expect(isRunning(pid)).toBe(true);
    child[Symbol.dispose]();
    // The signal is sent, and the system needs a moment to act on it: bounded by the test's own limit.
    while (isRunning(pid)) await new Promise((resolve) => setImmediate(resolve));
  });
});

/** A killed process that nobody has waited for yet counts as ended. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return stateOf(pid) !== 'Z';
}

function stateOf(pid: number): string {
  try {
    return /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '?';
  } catch {
    return 'Z';
  }
}
