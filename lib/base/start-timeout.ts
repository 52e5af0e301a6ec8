/** The longest that Node's timers can wait, 24.8 days: those that are to wait longer ring at once. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Calls back once after a while, unless stopped by what it gives; after 24.8 days at most, however long that is. Keeps the
 * process alive until then.
 */
export function startTimeout(delayMs: number, action: () => void): () => void {
  const timeout = setTimeout(action, Math.min(delayMs, LONGEST_MS));
  return () => clearTimeout(timeout);
}
