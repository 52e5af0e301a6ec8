/**
 * Which captured variables are one and the same variable.
 *
 * V8 hands out copies of scopes, so a scope is recognised by its place: the outermost scope of a script exists once;
 * an inner one is taken to be the same when script, kind, names and all values agree. Only variables that some
 * captured function assigns need this: the functions that share one get one cell in the worker.
 */
import type { CaptureGraph, VariableUse } from './capture-graph.ts';
import type { FunctionLocation, FunctionScope } from './inspect.ts';
import { REMEDY } from './remedies.ts';

interface Cell {
  readonly name: string;
  readonly scriptId: string;
  readonly isOutermost: boolean;
  readonly scope: FunctionScope;
  readonly uses: VariableUse[];
}

/** A place in the packet: which capture of which function. */
export type CellMember = readonly [node: number, capture: number];

/** What a variable in its dead zone is compared as. */
const UNINITIALIZED = Symbol('uninitialized');

export class VariableCells {
  readonly #cells: Cell[] = [];
  readonly #readers: VariableUse[] = [];

  addReader(use: VariableUse): void {
    this.#readers.push(use);
  }

  /** Raises `TASK_NOT_SERIALIZABLE` where two closures of one source site may or may not share the variable. */
  addWriter(graph: CaptureGraph, use: VariableUse): void {
    let cell = this.#find(use);
    if (cell === undefined) {
      cell = {
        name: use.name,
        scriptId: use.inspected.location?.scriptId ?? '',
        isOutermost: isOutermost(use),
        scope: use.scope,
        uses: [],
      };
      this.#cells.push(cell);
    }
    const { location } = use.inspected;
    const hasTwin = cell.uses.some(
      (other) => other.node !== use.node && isSamePlace(other.inspected.location, location),
    );
    if (hasTwin && !cell.isOutermost) {
      graph.refuse(
        use.node,
        'and assigns it; two closures made by the same code capture it, and it cannot be told whether they share one variable',
        REMEDY.ambiguousCell,
        use.step,
      );
    }
    cell.uses.push(use);
  }

  /** The cells with all who use them, once every function is known. */
  resolve(): readonly (readonly CellMember[])[] {
    if (this.#cells.length > 0) {
      for (const reader of this.#readers) this.#find(reader)?.uses.push(reader);
    }
    return this.#cells.map(({ uses }) => uses.map(({ node, capture }) => [node, capture] as const));
  }

  #find(use: VariableUse): Cell | undefined {
    const scriptId = use.inspected.location?.scriptId ?? '';
    const outermost = isOutermost(use);
    return this.#cells.find(
      (cell) =>
        cell.name === use.name &&
        cell.scriptId === scriptId &&
        cell.isOutermost === outermost &&
        (outermost || isSameScope(cell.scope, use.scope)),
    );
  }
}

function isOutermost({ scope, inspected }: VariableUse): boolean {
  return scope === inspected.scopes.filter(({ kind }) => kind !== 'Global' && kind !== 'Script').at(-1);
}

function isSameScope(a: FunctionScope, b: FunctionScope): boolean {
  if (a.kind !== b.kind) return false;
  const names = Object.getOwnPropertyNames(a.object);
  const others = Object.getOwnPropertyNames(b.object);
  return (
    names.length === others.length &&
    names.every((name, i) => name === others[i] && Object.is(valueIn(a, name), valueIn(b, name)))
  );
}

function valueIn(scope: FunctionScope, name: string): unknown {
  try {
    return scope.object[name];
  } catch {
    return UNINITIALIZED;
  }
}

function isSamePlace(a: FunctionLocation | undefined, b: FunctionLocation | undefined): boolean {
  return a !== undefined && a.scriptId === b?.scriptId && a.line === b.line && a.column === b.column;
}
