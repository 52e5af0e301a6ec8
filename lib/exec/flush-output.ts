import type { Writable } from 'node:stream';

/**
 * Resolves once what was printed in this thread has been taken, or after a while: whoever reads from the process may
 * have stopped. What a thread prints goes through the process's own thread, piece by piece, while that has time for it.
 */
export async function flushOutput(
  withinMs: number,
  streams: readonly Writable[] = [process.stdout, process.stderr],
): Promise<void> {
  const full = streams.filter(({ writableLength, writable }) => writable && writableLength > 0);
  if (full.length === 0) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, withinMs);
  });
  await Promise.race([late, Promise.all(full.map(flush))]);
  clearTimeout(timer);
}

/** Writes are taken in their order: the callback of an empty one comes after all before it. An error is an end, too. */
function flush(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
