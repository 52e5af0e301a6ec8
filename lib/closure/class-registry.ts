/**
 * The functions of groups that hold a class, as this thread has created them: a class has one identity in a worker,
 * so that `instanceof` holds from one task to the next.
 */
const groups = new Map<string, readonly WeakRef<object>[]>();

/** Forgets a group when its first function is collected: a class whose captures change has a new key each time. */
const collected = new FinalizationRegistry<string>((key) => {
  if (findGroup(key) === undefined) groups.delete(key);
});

/** The functions created for this key before; undefined when they are new here, or were collected since. */
export function findGroup(key: string): readonly object[] | undefined {
  const found = groups.get(key)?.map((ref) => ref.deref());
  if (found === undefined || found.some((fn) => fn === undefined)) return undefined;
  return found as readonly object[];
}

export function keepGroup(key: string, functions: readonly object[]): void {
  groups.set(
    key,
    functions.map((fn) => new WeakRef(fn)),
  );
  const [first] = functions;
  if (first !== undefined) collected.register(first, key);
}
