/** Where progress is shown: beside the program's own output, never in it. Specs bring their own. */
export interface Terminal {
  /** Whether lines can be drawn over: a person is watching. */
  readonly isInteractive: boolean;
  /** Characters a line has room for. */
  readonly columns: number;
  write(text: string): void;
}

/** The process's stderr. */
export const stderrTerminal: Terminal = {
  get isInteractive() {
    return process.stderr.isTTY === true && process.env.TERM !== 'dumb';
  },
  get columns() {
    return process.stderr.columns ?? 80;
  },
  write: (text) => void process.stderr.write(text),
};
