import { TOKEN, type TravelToken } from './well-known.ts';

let nextId = 1;

/**
 * A value that is built once in each worker, on first use: for what cannot be copied (database handles, compiled
 * schemas) and what is expensive to build. Called in the driver, it builds the driver's own.
 *
 *     const db = perWorker(() => new Database('app.db'));
 *     await rdd.map((id) => db().get(id)).collect();
 *
 * `init` is captured with the first function that needs the value in a worker; a later change of what it captures
 * does not build the value again.
 */
export function perWorker<T>(init: () => T): () => T {
  let built: { readonly value: T } | undefined;
  const get = (): T => {
    built ??= { value: init() };
    return built.value;
  };
  const token: TravelToken = { kind: 'perWorker', id: nextId++, init };
  Object.defineProperty(get, TOKEN, { value: token });
  return get;
}
