/**
 * Emits the steps of a fused chain: nested calls of the user's closures around one record.
 *
 * In scope of the emitted code: `functions` and `cursors` (one per step), `at` (set to the index of the step about to run, so that a
 * throw names it; V8 folds it into the exception edge). A record that is dropped is a `continue` of the innermost loop;
 * a sink that is done breaks out of the loop labelled `outer`.
 */
import type { SourceBuilder } from '../base/compile-source.ts';
import { unreachable } from '../base/invariant.ts';
import { notAPair } from '../lineage/pair.ts';
import type { Step } from '../lineage/step.ts';
import { joinSides } from './interpret-steps.ts';

/** What is known about the record at a point of the chain. */
export interface Known {
  /** It was made by a step as a two-element array: no check needed. */
  readonly isPair: boolean;
  /** The pair is not made yet: its two values, for those who can do without it. The record's expression makes it. */
  readonly parts?: { readonly key: string; readonly value: string };
}

/** Declares what the steps keep in locals, and how it is stored back. Emitted before and after the loop. */
export function emitStepLocals(b: SourceBuilder, steps: readonly Step[]): () => void {
  const positions: string[] = [];
  steps.forEach((step, i) => {
    if ('f' in step) b.line(`const f${i} = functions[${i}];`);
    if (step.kind === 'index' || step.kind === 'unique-id' || step.kind === 'deal') {
      b.line(`let position${i} = cursors[${i}].position;`);
      positions.push(`cursors[${i}].position = position${i};`);
    } else if (step.kind === 'sample') {
      b.line(`const random${i} = cursors[${i}].random;`);
    } else if (step.kind === 'poisson-sample') {
      b.line(`const poisson${i} = cursors[${i}].poisson;`);
    }
  });
  return () => {
    for (const line of positions) b.line(line);
  };
}

/** Emits a check that `record` is a pair, unless that is known. */
export function emitPairCheck(b: SourceBuilder, record: string, known: Known): void {
  if (known.isPair) return;
  const raise = b.bind('notAPair', notAPair);
  b.line(`if (!Array.isArray(${record})) throw ${raise}(${record});`);
}

/**
 * Emits the chain from `record` on; `emitEnd` emits what becomes of a record that passed all steps. `takesParts`: it may be
 * given a pair that is not made yet.
 */
export function emitSteps(
  b: SourceBuilder,
  steps: readonly Step[],
  record: string,
  known: Known,
  emitEnd: (record: string, known: Known) => void,
  takesParts = false,
): void {
  // `loop`: the step whose iterable the innermost loop reads. It may throw as well: `at` names it again before it is asked.
  const from = (i: number, x: string, knownHere: Known, loop: number | undefined): void => {
    const step = steps[i];
    if (step === undefined) {
      b.line(`at = ${i};`);
      emitEnd(x, knownHere);
      return;
    }
    const call = (argument: string): string => `f${i}(${argument})`;
    const define = (expression: string, knownNext: Known, loopNext = loop): void => {
      const y = b.fresh('x');
      b.line(`const ${y} = ${expression};`);
      from(i + 1, y, knownNext, loopNext);
    };
    const drop = loop === undefined ? 'continue;' : `{ at = ${loop}; continue; }`;
    const readAll = (items: string, each: (item: string) => void): void => {
      const y = b.fresh('x');
      b.block(`for (const ${y} of ${items})`, () => {
        each(y);
        b.line(`at = ${i};`);
      });
    };
    const anything: Known = { isPair: false };
    const pair: Known = { isPair: true };
    b.line(`at = ${i};`);
    switch (step.kind) {
      case 'map':
        define(call(x), anything);
        break;
      case 'filter':
        b.line(`if (!${call(x)}) ${drop}`);
        from(i + 1, x, knownHere, loop);
        break;
      case 'flat-map':
        readAll(call(x), (y) => from(i + 1, y, anything, i));
        break;
      case 'map-values':
        emitPairCheck(b, x, knownHere);
        define(`[${x}[0], ${call(`${x}[1]`)}]`, pair);
        break;
      case 'flat-map-values':
        emitPairCheck(b, x, knownHere);
        readAll(call(`${x}[1]`), (y) => define(`[${x}[0], ${y}]`, pair, i));
        break;
      case 'key-by':
        if (takesParts && i === steps.length - 1) {
          const key = b.fresh('x');
          b.line(`const ${key} = ${call(x)};`);
          from(i + 1, `[${key}, ${x}]`, { isPair: true, parts: { key, value: x } }, loop);
        } else define(`[${call(x)}, ${x}]`, pair);
        break;
      case 'keys':
        emitPairCheck(b, x, knownHere);
        define(`${x}[0]`, anything);
        break;
      case 'values':
        emitPairCheck(b, x, knownHere);
        define(`${x}[1]`, anything);
        break;
      case 'pass':
        from(i + 1, x, knownHere, loop);
        break;
      case 'join': {
        const sides = b.fresh('sides');
        const [left, right] = [b.fresh('left'), b.fresh('right')];
        const pick = b.bind('joinSides', joinSides);
        b.line(`const ${sides} = ${pick}(${x}[1][0], ${x}[1][1], ${step.leftOuter}, ${step.rightOuter});`);
        b.block(`for (const ${left} of ${sides}[0])`, () => {
          b.block(`for (const ${right} of ${sides}[1])`, () => define(`[${x}[0], [${left}, ${right}]]`, pair));
        });
        return;
      }
      case 'index':
        define(`[${x}, position${i}++]`, pair);
        break;
      case 'unique-id': {
        const y = b.fresh('x');
        b.line(`const ${y} = [${x}, position${i}];`);
        b.line(`position${i} += ${step.stride};`);
        from(i + 1, y, pair, loop);
        break;
      }
      case 'sample': {
        const draw = b.fresh('draw');
        b.line(`const ${draw} = random${i}.nextDouble();`);
        b.line(`if (!(${draw} >= ${step.lower} && ${draw} < ${step.upper})) ${drop}`);
        from(i + 1, x, knownHere, loop);
        break;
      }
      case 'poisson-sample': {
        const times = b.fresh('times');
        b.block(`for (let ${times} = poisson${i}.next(); ${times} > 0; ${times}--)`, () =>
          from(i + 1, x, knownHere, loop),
        );
        return;
      }
      case 'deal':
        define(`[++position${i}, ${x}]`, pair);
        break;
      default:
        unreachable(step);
    }
  };
  from(0, record, known, undefined);
}
