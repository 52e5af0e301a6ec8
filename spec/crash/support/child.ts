import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A process of a crash spec, with the lines it printed so far. */
export class Child {
  readonly process: ChildProcess;
  readonly lines: string[] = [];
  readonly #ended: Promise<unknown>;
  #errors = '';
  #wake: () => void = () => {};

  constructor(script: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.process = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    this.#ended = once(this.process, 'close').then(() => this.#wake());
    this.process.stderr?.on('data', (chunk) => {
      this.#errors += String(chunk);
    });
    if (this.process.stdout === null) return;
    createInterface(this.process.stdout).on('line', (line) => {
      this.lines.push(line);
      this.#wake();
    });
  }

  /** What it wrote to stderr. */
  get errors(): string {
    return this.#errors;
  }

  get hasEnded(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** Until it has printed so many lines, or has ended; gives whether it still runs. */
  async said(count: number): Promise<boolean> {
    return await this.#until(() => this.lines.length >= count);
  }

  /** Until it has printed a line that begins so, or has ended; gives the line. */
  async saidLine(start: string): Promise<string | undefined> {
    await this.#until(() => this.lines.some((line) => line.startsWith(start)));
    return this.lines.find((line) => line.startsWith(start));
  }

  kill(): void {
    this.process.kill('SIGKILL');
  }

  /** How it ended: `SIGKILL`, or its exit code. */
  async ended(): Promise<string | number | null> {
    await this.#ended;
    return this.process.signalCode ?? this.process.exitCode;
  }

  async #until(condition: () => boolean): Promise<boolean> {
    while (!condition() && !this.hasEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return !this.hasEnded;
  }
}
