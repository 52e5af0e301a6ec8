/**
 * Compiled loops by what they do: where their functions were written and how they read, the kinds of their steps and
 * sink, the form of their input. A loop of a job that runs the same closures again, as iterations do, is then already
 * optimised; compiling and warming one up costs 8-10 ms. Closures are passed at each call and never kept, so that
 * nothing they capture is held. The place matters: V8 inlines a closure as long as all that a loop has called come from
 * one place, whatever they capture; functions of the same text from two places make the loop three times as slow.
 *
 * Threading: one cache per thread. What loops keep between calls is theirs during a call: `FusedChain` lets no loop
 * over columns run within another, and a task has one loop that folds.
 */
import type { Step } from '../lineage/step.ts';
import type { Sink } from './sink.ts';

/** The least recently used loops beyond this many are dropped. */
const MOST_LOOPS = 500;

const loops = new Map<string, object>();

/** The loop of this key, compiled when it is not there. */
export function findLoop<Loop extends object>(key: string, compile: () => Loop): Loop {
  const found = loops.get(key) as Loop | undefined;
  const loop = found ?? compile();
  loops.delete(key);
  loops.set(key, loop);
  if (loops.size > MOST_LOOPS) {
    const [oldest] = loops.keys();
    if (oldest !== undefined) loops.delete(oldest);
  }
  return loop;
}

/** The text of the functions a sink calls: tells loops apart that differ in those alone. */
export function sinkSignature(sink: Sink): string {
  switch (sink.kind) {
    case 'reduce':
    case 'aggregate':
      return textOf(sink.merge);
    case 'foreach':
      return textOf(sink.visit);
    case 'combine':
      return textOf(sink.isMerging ? sink.aggregator.mergeCombiners : sink.aggregator.mergeValue);
    default:
      return '';
  }
}

function textOf(f: unknown): string {
  return Function.prototype.toString.call(f);
}

/** What the code of a step depends on: everything in it but the functions themselves and values found later. */
export function stepSignature(step: Step): readonly unknown[] {
  switch (step.kind) {
    case 'join':
      return [step.kind, step.leftOuter, step.rightOuter];
    case 'unique-id':
      return [step.kind, step.stride];
    case 'sample':
      return [step.kind, step.lower, step.upper];
    default:
      return 'f' in step ? [step.kind, textOf(step.f)] : [step.kind];
  }
}
