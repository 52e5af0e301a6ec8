/**
 * The plain twin of the generated loop: the same steps, one record at a time through a switch. Runs small inputs,
 * where compiling would cost more than it gains, and everything when generated code is off.
 */
import { types } from 'node:util';
import { unreachable } from '../base/invariant.ts';
import { checkPair } from '../lineage/pair.ts';
import type { Step } from '../lineage/step.ts';
import type { Cursor } from './cursor.ts';
import { type Sink, takesPairs } from './sink.ts';
import { StepFailure } from './step-failure.ts';

/** Sends one record through the steps into the sink. A function that throws becomes a `StepFailure` with its step. */
export function interpretRecord(record: unknown, steps: readonly Step[], cursors: readonly Cursor[], sink: Sink): void {
  pass(record, 0, steps, cursors, sink);
}

function pass(record: unknown, index: number, steps: readonly Step[], cursors: readonly Cursor[], sink: Sink): void {
  if (sink.isDone) return;
  const step = steps[index];
  if (step === undefined) {
    attempt(index, () => sink.add(takesPairs(sink.kind) ? checkPair(record) : record));
    return;
  }
  const cursor = cursors[index] as Cursor;
  const next = (value: unknown): void => pass(value, index + 1, steps, cursors, sink);
  switch (step.kind) {
    case 'map':
      next(attempt(index, () => step.f(record)));
      break;
    case 'filter':
      if (attempt(index, () => step.f(record))) next(record);
      return;
    case 'flat-map':
      passAll(index, () => step.f(record), next, sink);
      break;
    case 'map-values': {
      const [key, value] = attempt(index, () => checkPair(record));
      next([key, attempt(index, () => step.f(value))]);
      break;
    }
    case 'flat-map-values': {
      const [key, value] = attempt(index, () => checkPair(record));
      passAll(
        index,
        () => step.f(value),
        (item) => next([key, item]),
        sink,
      );
      break;
    }
    case 'key-by':
      next([attempt(index, () => step.f(record)), record]);
      break;
    case 'keys':
      next(attempt(index, () => checkPair(record))[0]);
      break;
    case 'values':
      next(attempt(index, () => checkPair(record))[1]);
      break;
    case 'pass':
      next(record);
      break;
    case 'join': {
      const [key, sides] = record as [unknown, [unknown[], unknown[]]];
      const [lefts, rights] = joinSides(sides[0], sides[1], step.leftOuter, step.rightOuter);
      for (const left of lefts) for (const right of rights) next([key, [left, right]]);
      return;
    }
    case 'index':
      next([record, cursor.position++]);
      break;
    case 'unique-id': {
      const id = cursor.position;
      cursor.position += step.stride;
      next([record, id]);
      break;
    }
    case 'sample': {
      const draw = cursor.random?.nextDouble() ?? 0;
      if (draw >= step.lower && draw < step.upper) next(record);
      return;
    }
    case 'poisson-sample': {
      for (let times = cursor.poisson?.next() ?? 0; times > 0; times--) next(record);
      return;
    }
    case 'deal':
      next([++cursor.position, record]);
      break;
    default:
      unreachable(step);
  }
}

/** A failure further on keeps its step; the iterable is closed then, as it is once the sink is done. */
function passAll(index: number, make: () => Iterable<unknown>, next: (item: unknown) => void, sink: Sink): void {
  attempt(index, () => {
    for (const item of make()) {
      next(item);
      if (sink.isDone) return;
    }
  });
}

function attempt<T>(index: number, call: () => T): T {
  try {
    return call();
  } catch (error) {
    // A proxy that was thrown must not be asked what it is.
    throw !types.isProxy(error) && error instanceof StepFailure ? error : new StepFailure(index, error);
  }
}

const MISSING: readonly undefined[] = [undefined];

/** The two sides of a join with an empty one replaced by one `undefined` where the join keeps the other. */
export function joinSides(
  lefts: readonly unknown[],
  rights: readonly unknown[],
  leftOuter: boolean,
  rightOuter: boolean,
): readonly [readonly unknown[], readonly unknown[]] {
  return [lefts.length === 0 && rightOuter ? MISSING : lefts, rights.length === 0 && leftOuter ? MISSING : rights];
}
