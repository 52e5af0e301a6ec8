import type { CaptureGraph } from './capture-graph.ts';
import { REMEDY } from './remedies.ts';
import { DRIVER_ONLY } from './well-known.ts';
import { writeToken } from './write-token.ts';

/** Says of functions, and of the instances of classes, what they are and that they stay with the driver. */
export function driverOnly(what: string, ...makers: readonly object[]): void {
  for (const maker of makers) {
    Object.defineProperty(maker, DRIVER_ONLY, { value: what });
    const prototype: unknown = Reflect.get(maker, 'prototype');
    if (typeof prototype === 'object' && prototype !== null) {
      Object.defineProperty(prototype, DRIVER_ONLY, { value: what });
    }
  }
}

/** The kind of token that stands for what stays with the driver: no worker has an answer for it. */
const STAND_IN = 'driver-only';

/**
 * For what stays with the driver: writes what stands for it and gives that node's tag, or raises
 * `TASK_NOT_SERIALIZABLE`. Undefined for everything else.
 */
export function writeDriverOnly(graph: CaptureGraph, node: number, value: object): number | undefined {
  if (!(DRIVER_ONLY in value)) return undefined;
  const what = String(value[DRIVER_ONLY]);
  const identity = graph.standInOf(value);
  if (identity !== undefined) return writeToken(graph, node, { kind: STAND_IN, id: 0, parts: what, identity });
  graph.refuse(node, `(driver-only: a ${what} cannot be used inside a task)`, REMEDY.driverOnly);
}
