/**
 * Who a process is, so that what a dead one left can be told from what a live one owns.
 *
 * A pid alone is not enough: it is reused, and it starts again at every boot. Pid, boot and start time together name
 * one process for ever. Age and the wall clock never decide: a job may run for weeks, and clocks are set back.
 *
 * The judgement is one-sided on purpose. `dead` is said only on proof; whatever cannot be found out counts against
 * removing anything. A directory shared between machines over a network is outside of this: a process of another
 * machine looks like one of an earlier boot.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { errorCodeOf } from '../../lib/base/errors.ts';

/** Texts are letters and digits; a part that the system does not tell is `none`. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When the process began, in the system's own measure: clock ticks since boot on Linux. */
  readonly startTime: string;
  readonly bootId: string;
  /** Inside a container pids are those of its namespace, and processes outside of it cannot be seen. */
  readonly pidNamespace: string;
}

/** `unknown`: of another pid namespace of the same boot, which may or may not run. */
export type ProcessState = 'alive' | 'dead' | 'unknown';

/** The processes of a machine as one of them sees them; specs hand in their own. */
export interface ProcessTable {
  readonly self: ProcessIdentity;
  /** What this process runs, for messages: `node job.ts`. No arguments, as they may hold secrets. */
  readonly command: string;
  stateOf(identity: ProcessIdentity): ProcessState;
}

const NONE = 'none';

/** All groups of the pattern below take part in every match. */
type Groups = readonly [whole: string, pid: string, startTime: string, bootId: string, pidNamespace: string];

/** The identity as a part of a file name, at most about 80 characters: `4711-8812345-<boot>-4026531836`. */
export function formatIdentity(identity: ProcessIdentity): string {
  return `${identity.pid}-${identity.startTime}-${identity.bootId}-${identity.pidNamespace}`;
}

/** The inverse of `formatIdentity`; undefined for any other text. */
export function parseIdentity(text: string): ProcessIdentity | undefined {
  const match = /^([1-9]\d{0,9})-([0-9A-Za-z]+)-([0-9A-Za-z]+)-([0-9A-Za-z]+)$/.exec(text);
  if (match === null) return undefined;
  const [, pid, startTime, bootId, pidNamespace] = match as readonly string[] as Groups;
  return { pid: Number(pid), startTime, bootId, pidNamespace };
}

/** True when both name one process. */
export function sameProcess(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return formatIdentity(a) === formatIdentity(b);
}

/** What the system answers about one pid of this namespace. */
export interface PidStatus {
  readonly exists: boolean;
  /** Undefined when the system does not tell. */
  readonly startTime?: string | undefined;
  /** Ended, and only waiting for its parent to ask. Undefined when the system does not tell. */
  readonly zombie?: boolean | undefined;
}

/** The judgement, apart from where the answers come from. `status` is asked only when it matters. */
export function judgeProcess(
  self: ProcessIdentity,
  other: ProcessIdentity,
  status: (pid: number) => PidStatus,
): ProcessState {
  if (differ(self.bootId, other.bootId)) return 'dead';
  if (differ(self.pidNamespace, other.pidNamespace)) return 'unknown';
  const found = status(other.pid);
  if (!found.exists || found.zombie === true) return 'dead';
  return differ(found.startTime ?? NONE, other.startTime) ? 'dead' : 'alive';
}

function differ(a: string, b: string): boolean {
  return a !== NONE && b !== NONE && a !== b;
}

let system: ProcessTable | undefined;

/** The machine's processes as this one sees them. Who it is itself is read once. */
export function systemProcesses(): ProcessTable {
  if (system === undefined) {
    const self: ProcessIdentity = {
      pid: process.pid,
      startTime: statusOfPid(process.pid).startTime ?? NONE,
      bootId: readBootId(),
      pidNamespace: readPidNamespace(),
    };
    system = {
      self,
      command: [process.argv[0] ?? 'node', process.argv[1] ?? '']
        .map((part) => basename(part))
        .join(' ')
        .trim(),
      stateOf: (identity) => judgeProcess(self, identity, statusOfPid),
    };
  }
  return system;
}

function statusOfPid(pid: number): PidStatus {
  try {
    // Signal 0 sends nothing. It is asked first because /proc may hide other users' processes; EPERM means it is there.
    process.kill(pid, 0);
  } catch (error) {
    if (errorCodeOf(error) === 'ESRCH') return { exists: false };
  }
  if (process.platform === 'linux') return linuxStatus(pid);
  return { exists: true, startTime: process.platform === 'win32' ? undefined : startTimeFromPs(pid) };
}

function linuxStatus(pid: number): PidStatus {
  const text = readText(`/proc/${pid}/stat`);
  const parsed = text === undefined ? undefined : parseProcStat(text);
  if (parsed === undefined) return { exists: true };
  const ended = parsed.state === 'Z' || parsed.state === 'X';
  // The first thread may have ended while another still writes: the process is over when all of them are.
  return { exists: true, startTime: parsed.startTime, zombie: ended && threadCount(pid) <= 1 };
}

/** State and start time (fields 3 and 22) of a `/proc/<pid>/stat` line; the command in it may hold anything. */
export function parseProcStat(text: string): { readonly state: string; readonly startTime: string } | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  const startTime = fields[19];
  if (state === undefined || startTime === undefined || !/^\d+$/.test(startTime)) return undefined;
  return { state, startTime };
}

function threadCount(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    return 0;
  }
}

function readBootId(): string {
  if (process.platform === 'linux') return plain(readText('/proc/sys/kernel/random/boot_id'));
  return process.platform === 'darwin' ? plain(run('sysctl', '-n', 'kern.bootsessionuuid')) : NONE;
}

function readPidNamespace(): string {
  if (process.platform !== 'linux') return NONE;
  try {
    return plain(/\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0]);
  } catch {
    return NONE;
  }
}

function startTimeFromPs(pid: number): string | undefined {
  const found = plain(run('ps', '-o', 'lstart=', '-p', String(pid)));
  return found === NONE ? undefined : found;
}

function run(command: string, ...args: readonly string[]): string | undefined {
  try {
    // One language and one zone, so that two processes get the same text.
    const env = { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' };
    return execFileSync(command, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function plain(text: string | undefined): string {
  const kept = text?.replace(/[^0-9A-Za-z]/g, '') ?? '';
  return kept === '' ? NONE : kept;
}
