/**
 * Arrays whose elements are made when they are asked for, told from others without asking for the name of each.
 *
 * To `Array.isArray` and to whoever reads them they are arrays without holes and named properties. Whoever makes one
 * says so here: encoders otherwise ask for all of its keys, which for millions of elements are millions of strings.
 */
const streamed = new WeakSet<object>();
/** As long as there is none, the question costs nothing. */
let any = false;

/** Notes that `array` is one of these. */
export function markStreamedArray(array: readonly unknown[]): void {
  any = true;
  streamed.add(array);
}

export function isStreamedArray(value: object): boolean {
  return any && streamed.has(value);
}
