import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { armFailpoint, armFailpointFromEnvironment, FAILPOINTS, failpoint } from '../../../lib/base/failpoint.ts';

const NAME = 'shuffle/after-data-rename';
const SOURCE = join(import.meta.dirname, '../../../lib/base/failpoint.ts');

/** Runs three hits of the failpoint in a child process, printing after each. */
function runChild(setting: string): { signal: string | null; status: number | null; output: string } {
  const code = `import { failpoint } from ${JSON.stringify(SOURCE)};
    for (let i = 1; i <= 3; i++) { failpoint('${NAME}'); process.stdout.write(i + ' '); }`;
  const child = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    env: { ...process.env, CAIRN_FAILPOINT: setting },
    encoding: 'utf8',
  });
  return { signal: child.signal, status: child.status, output: child.stdout + child.stderr };
}

describe('failpoint', () => {
  it('does nothing unless armed', () => {
    expect(() => failpoint(NAME)).not.toThrow();
  });

  it('throws the given error, at the first hit only unless told otherwise', () => {
    const error = new CairnError('DISK_FULL', { path: '/x', neededBytes: 2, freeBytes: 1 });
    using armed = armFailpoint(NAME, { kind: 'throw', error });
    expect(() => failpoint(NAME)).toThrow(error);
    expect(() => failpoint(NAME)).not.toThrow();
    expect(armed.hits).toBe(2);
  });

  it('acts from the hit asked for, as often as asked for', () => {
    const seen: number[] = [];
    using armed = armFailpoint(NAME, { kind: 'call', callback: () => seen.push(armed.hits) }, { hit: 2, times: 2 });
    for (let i = 0; i < 5; i++) failpoint(NAME);
    expect(seen).toEqual([2, 3]);
  });

  it('is off again when what armed it is disposed, but not when it was armed anew', () => {
    const calls: string[] = [];
    const first = armFailpoint(NAME, { kind: 'call', callback: () => calls.push('first') });
    const second = armFailpoint(NAME, { kind: 'call', callback: (name) => calls.push(name) });
    first[Symbol.dispose]();
    failpoint(NAME);
    second[Symbol.dispose]();
    second[Symbol.dispose]();
    failpoint(NAME);
    expect(calls).toEqual([NAME]);
  });

  it('has distinct names of the form area/step', () => {
    expect(new Set(FAILPOINTS).size).toBe(FAILPOINTS.length);
    for (const name of FAILPOINTS) expect(name).toMatch(/^[a-z-]+\/[a-z-]+$/);
  });
});

describe('CAIRN_FAILPOINT', () => {
  it('kills the process at the hit it names', () => {
    expect(runChild(`${NAME}@2=kill`)).toMatchObject({ signal: 'SIGKILL', output: '1 ' });
  });

  it('makes the failpoint raise FAILPOINT_REACHED', () => {
    const child = runChild(`${NAME}=throw`);
    expect(child.status).toBe(1);
    expect(child.output).toContain('FAILPOINT_REACHED');
  });

  it.each([undefined, ''])('arms nothing when it is %o', (value) => {
    expect(armFailpointFromEnvironment({ CAIRN_FAILPOINT: value })).toBeUndefined();
  });

  it.each([NAME, `${NAME}=`, `${NAME}=pause`, `${NAME}@0=kill`, `${NAME}@x=kill`, 'no/such-place=kill', '=kill'])(
    'refuses %o, so that a crash spec cannot pass by a misspelling',
    (value) => {
      expect(() => armFailpointFromEnvironment({ CAIRN_FAILPOINT: value })).toThrowError(
        expect.objectContaining({ code: 'INVALID_OPTION' }) as CairnError,
      );
    },
  );
});
