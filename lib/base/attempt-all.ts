/** Runs every action, whatever the others raise, then raises the first error: for giving back what was taken. */
export function attemptAll(actions: Iterable<() => void>): void {
  let failure: { readonly error: unknown } | undefined;
  for (const action of actions) {
    try {
      action();
    } catch (error) {
      failure ??= { error };
    }
  }
  if (failure !== undefined) throw failure.error;
}
