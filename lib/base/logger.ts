/** Where the engine says what no one asked for. Handed in by the session's owner; the default writes to stderr. */
export interface Logger {
  /** Something went on, but not as wanted. */
  warn(message: string): void;
  /** Something worth a line in a log. */
  info(message: string): void;
}

/** Writes `cairn: message` to stderr, one line a message line. The engine's only use of stderr outside the CLI. */
export const stderrLogger: Logger = {
  warn: (message) => write(`warning: ${message}`),
  info: (message) => write(message),
};

function write(message: string): void {
  process.stderr.write(`cairn: ${message.replaceAll('\n', '\n  ')}\n`);
}
