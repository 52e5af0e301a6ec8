const actions = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `action` once when the signal aborts, unless stopped by what this gives. However many wait for a signal, it has
 * one listener: Node warns of a leak where there are more than ten. Nothing happens for a signal that has aborted.
 */
export function onAbort(signal: AbortSignal, action: () => void): () => void {
  let waiting = actions.get(signal);
  if (waiting === undefined) {
    waiting = new Set();
    actions.set(signal, waiting);
  }
  if (waiting.size === 0) signal.addEventListener('abort', abort, { once: true });
  const all = waiting;
  // Its own, so that one action given twice is called twice.
  const call = (): void => action();
  all.add(call);
  return () => {
    if (all.delete(call) && all.size === 0) signal.removeEventListener('abort', abort);
  };
}

/** What was waited for; undefined should the signal abort first. The promise's rejection is the caller's either way. */
export async function unlessAborted<T>(wanted: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) {
    wanted.catch(() => {});
    return undefined;
  }
  let stop: () => void = () => {};
  const aborted = new Promise<undefined>((resolve) => {
    stop = onAbort(signal, () => resolve(undefined));
  });
  try {
    return await Promise.race([wanted, aborted]);
  } finally {
    stop();
  }
}

function abort(this: AbortSignal): void {
  const waiting = actions.get(this);
  for (const call of [...(waiting ?? [])]) if (waiting?.delete(call) === true) call();
}
