/** Processes that live and die as a spec says, as `ProcessTable`s: one machine with boots and reused pids. */
import { judgeProcess, type ProcessIdentity, type ProcessTable } from '../../storage/fs/process-identity.ts';

/** See the file header. */
export class FakeProcesses {
  readonly #running = new Map<number, ProcessIdentity>();
  #boot = 1;
  #ticks = 1000;

  /** Starts a process; a pid that runs is replaced, as if it had died and been reused. */
  start(pid: number, options: { readonly pidNamespace?: string; readonly command?: string } = {}): ProcessTable {
    const self: ProcessIdentity = {
      pid,
      startTime: String(++this.#ticks),
      bootId: `boot${this.#boot}`,
      pidNamespace: options.pidNamespace ?? '4026531836',
    };
    this.#running.set(pid, self);
    return {
      self,
      command: options.command ?? `node job-${pid}.ts`,
      stateOf: (identity) =>
        judgeProcess(self, identity, (asked) => {
          const found = this.#running.get(asked);
          return { exists: found !== undefined, startTime: found?.startTime };
        }),
    };
  }

  kill(pid: number): void {
    this.#running.delete(pid);
  }

  /** All processes end, pids begin again. */
  reboot(): void {
    this.#running.clear();
    this.#boot++;
    this.#ticks = 1000;
  }
}
