/** The next step for each kind of thing that cannot travel. */

export const REMEDY = {
  proxy: 'capture the object behind the proxy, or copy it into a plain one: const copy = { ...proxy }',
  weak: 'use a Map or Set in its place, or build it once per worker with perWorker(() => …)',
  promise: 'await it before capturing it',
  iterator: 'collect it into an array first: const items = [...iterator]',
  namespace: 'name the export where you use it (ns.name), or import it inside the closure',
  driverOnly: 'collect() it first, or broadcast the data it holds',
  this: 'copy what you need into a constant first: const { field } = this;',
  privateMember: 'copy it into a constant first: const field = this.#field;',
  super: 'call a plain function instead, or copy the method into a constant: const base = super.method;',
  newTarget: 'copy it into a constant first: const target = new.target;',
  arguments: 'use rest parameters: (...args) =>',
  hiddenNames: 'name the captured variables in plain code, or pass them with withCaptures',
  unparsable: 'write it as an arrow function or a function declaration',
  assigned: 'use an accumulator, return the value, or perWorker() for per-worker state',
  writeOnly: 'collect() what the function gives, or use session.collectionAccumulator()',
  ambiguousCell: 'keep the state in an object ({ n: 0 }) instead of a variable',
  deadZone: 'run the action after the declaration',
  computedFieldKey: 'use a literal key, or a symbol from Symbol.for()',
  detached: 'capture it before it is transferred to another thread',
} as const;

/** For handles: sockets, databases, timers, whatever belongs to this process. */
export function openPerWorker(variable: string | undefined): string {
  const name = variable ?? 'handle';
  return `open it once per worker instead: const ${name} = perWorker(() => …), then ${name}() inside the closure`;
}

/** For values made by a package that does not export what they are made of. */
export function buildPerWorker(variable: string | undefined): string {
  const name = variable ?? 'value';
  return `build it inside the closure, or once per worker: const ${name} = perWorker(() => …), then ${name}() inside`;
}

export function serializeHooks(className: string): string {
  return `give ${className} static [SERIALIZE](instance) and static [DESERIALIZE](data), or capture plain fields`;
}
