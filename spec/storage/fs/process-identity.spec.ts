import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  formatIdentity,
  judgeProcess,
  type ProcessIdentity,
  parseIdentity,
  parseProcStat,
  sameProcess,
  systemProcesses,
} from '../../../storage/fs/process-identity.ts';

const SELF: ProcessIdentity = { pid: 10, startTime: '500', bootId: 'b1', pidNamespace: '7' };
const OTHER: ProcessIdentity = { pid: 11, startTime: '600', bootId: 'b1', pidNamespace: '7' };

describe('process identity', () => {
  it('travels through a file name', () => {
    expect(formatIdentity(OTHER)).toBe('11-600-b1-7');
    expect(parseIdentity(formatIdentity(OTHER))).toEqual(OTHER);
    expect(parseIdentity(formatIdentity(systemProcesses().self))).toEqual(systemProcesses().self);
  });

  it('is not read from any other text', () => {
    for (const text of [
      '',
      '11',
      '11-600-b1',
      '0-1-b-n',
      '-1-1-b-n',
      '11-6.0-b1-7',
      '11-600-b1-7-8',
      '11-600-b1-7\n',
      '1e3-1-b-n',
    ]) {
      expect(parseIdentity(text), JSON.stringify(text)).toBeUndefined();
    }
  });

  it('judges by boot, namespace, existence and start time', () => {
    const running = { exists: true, startTime: '600' };
    const judge = (other: Partial<ProcessIdentity>, status: Parameters<typeof judgeProcess>[2] = () => running) =>
      judgeProcess(SELF, { ...OTHER, ...other }, status);
    expect(judge({})).toBe('alive');
    expect(judge({}, () => ({ exists: false }))).toBe('dead');
    expect(judge({}, () => ({ ...running, zombie: true }))).toBe('dead');
    expect(judge({ startTime: '599' }), 'reused pid').toBe('dead');
    expect(judge({ bootId: 'b0' }), 'earlier boot').toBe('dead');
    expect(
      judge({ pidNamespace: '8' }, () => ({ exists: false })),
      'another container',
    ).toBe('unknown');
    expect(judge({ pidNamespace: '8', bootId: 'b0' }), 'a container of an earlier boot').toBe('dead');
  });

  it('takes a process for alive when the system does not tell', () => {
    const unknown: ProcessIdentity = { pid: 11, startTime: 'none', bootId: 'none', pidNamespace: 'none' };
    expect(judgeProcess(SELF, unknown, () => ({ exists: true, startTime: '1' }))).toBe('alive');
    expect(judgeProcess(SELF, OTHER, () => ({ exists: true }))).toBe('alive');
    expect(judgeProcess(unknown, OTHER, () => ({ exists: true, startTime: '600' }))).toBe('alive');
    expect(judgeProcess(SELF, unknown, () => ({ exists: false }))).toBe('dead');
  });

  it('reads the state and start time of a process with any name', () => {
    const rest = '1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20';
    expect(parseProcStat(`12 (a) R) Z ( b) S ${rest}`)).toEqual({ state: 'S', startTime: '4711' });
    expect(parseProcStat('12 (a) S 1 2')).toBeUndefined();
    expect(parseProcStat('')).toBeUndefined();
  });

  it('sees itself alive, and a child until it is killed', async () => {
    const processes = systemProcesses();
    expect(processes.stateOf(processes.self)).toBe('alive');
    expect(processes.command).toMatch(/^node/);
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await once(child, 'spawn');
    const pid = child.pid as number;
    const alive = { ...processes.self, pid, startTime: 'none' };
    expect(processes.stateOf(alive)).toBe('alive');
    if (process.platform === 'linux') {
      const startTime = parseProcStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.startTime as string;
      expect(processes.stateOf({ ...alive, startTime })).toBe('alive');
      expect(processes.stateOf({ ...alive, startTime: `${startTime}1` })).toBe('dead');
    }
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(processes.stateOf(alive)).toBe('dead');
  });

  it.skipIf(process.platform !== 'linux')(
    'names the boot and takes a process nobody has waited for as dead',
    async () => {
      const { self, stateOf } = systemProcesses();
      expect(self.bootId).toMatch(/^[0-9a-f]{32}$/);
      expect(self.startTime).toMatch(/^\d+$/);
      // The shell starts a child and becomes `sleep`, which never asks how the child ended.
      const shell = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
      try {
        const [chunk] = (await once(shell.stdout, 'data')) as [Buffer];
        const pid = Number(chunk.toString());
        const state = () => parseProcStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.state;
        while (state() !== 'Z') await new Promise(setImmediate);
        expect(stateOf({ ...self, pid, startTime: 'none' })).toBe('dead');
      } finally {
        shell.kill('SIGKILL');
      }
    },
  );

  it('compares all parts', () => {
    expect(sameProcess(SELF, { ...SELF })).toBe(true);
    expect(sameProcess(SELF, { ...SELF, startTime: '501' })).toBe(false);
  });
});
