/**
 * The same items, with `close` called once when they end, raise, or are returned. A generator's own `finally` does not
 * run when it is returned before its first `next()`: what is opened before that has to be closed here.
 */
export function closing<T>(items: IterableIterator<T>, close: () => void): IterableIterator<T> {
  let open = true;
  const end = (): void => {
    if (!open) return;
    open = false;
    close();
  };
  return {
    [Symbol.iterator]() {
      return this;
    },
    next() {
      let next: IteratorResult<T>;
      try {
        next = items.next();
      } catch (error) {
        end();
        throw error;
      }
      if (next.done === true) end();
      return next;
    },
    return(value?: unknown) {
      try {
        items.return?.();
      } finally {
        end();
      }
      return { done: true, value: value as T };
    },
  };
}
