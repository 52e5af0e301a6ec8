/** What keeps an event loop alive while it is wanted to. */
interface LoopHolder {
  ref(): void;
  unref(): void;
}

/**
 * Does `work` in a thread that `holder` alone keeps alive otherwise. Raises `error()` when nothing is left in the thread
 * that could settle what the work waits for: it would wait for ever.
 */
export async function unlessDry<T>(holder: LoopHolder, work: () => Promise<T>, error: () => Error): Promise<T> {
  let stop: () => void = () => {};
  const dry = new Promise<never>((_resolve, reject) => {
    const onDry = (): void => {
      holder.ref();
      reject(error());
    };
    process.once('beforeExit', onDry);
    stop = () => {
      process.off('beforeExit', onDry);
      holder.ref();
    };
  });
  holder.unref();
  try {
    return await Promise.race([work(), dry]);
  } finally {
    stop();
  }
}
