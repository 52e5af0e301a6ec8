import type { CaptureGraph } from './capture-graph.ts';
import { REMEDY } from './remedies.ts';
import { DRIVER_ONLY } from './well-known.ts';

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

/** Raises `TASK_NOT_SERIALIZABLE` for what stays with the driver. */
export function refuseDriverOnly(graph: CaptureGraph, node: number, value: object): void {
  if (!(DRIVER_ONLY in value)) return;
  const what = String(value[DRIVER_ONLY]);
  graph.refuse(node, `(driver-only: a ${what} cannot be used inside a task)`, REMEDY.driverOnly);
}
