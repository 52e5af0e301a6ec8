/** Emits a whole fused loop: its source, its steps and its sink around one `for`. */
import type { SourceBuilder } from '../base/compile-source.ts';
import type { Step } from '../lineage/step.ts';
import { emitSink } from './emit-sink.ts';
import { emitStepLocals, emitSteps } from './emit-steps.ts';
import type { Sink } from './sink.ts';
import { StepFailure } from './step-failure.ts';

/** How a loop gets its records: its head, the expression of a record, and whether that is a pair by its making. */
export interface LoopSource {
  readonly header: string;
  readonly record: string;
  readonly isPair?: boolean;
}

/** What one loop is made of. */
export interface LoopParts {
  /** The function's name, for stacks and profiles. */
  readonly name: string;
  /** Its parameters before `sink`, `cursors` and `functions`. */
  readonly inputs: readonly string[];
  readonly steps: readonly Step[];
  readonly sinkKind: Sink['kind'];
  /** Emits what comes before the loop and may name `inputs`. */
  readonly emitSource: (b: SourceBuilder) => LoopSource;
}

/** Emits `return function name(...inputs, sink, cursors, functions)`, which raises `StepFailure` when a step throws. */
export function emitLoop(b: SourceBuilder, { name, inputs, steps, sinkKind, emitSource }: LoopParts): void {
  const failure = b.bind('StepFailure', StepFailure);
  b.block(`return function ${name}(${[...inputs, 'sink', 'cursors', 'functions'].join(', ')})`, () => {
    const source = emitSource(b);
    const sink = emitSink(b, sinkKind);
    const storeCursors = emitStepLocals(b, steps);
    sink.before();
    b.line('let at = 0;');
    b.block('try', () => {
      b.block(`outer: ${source.header}`, () => {
        b.line(`const x = ${source.record};`);
        emitSteps(b, steps, 'x', { isPair: source.isPair ?? false }, sink.record, sink.takesParts);
      });
    });
    b.block('catch (error)', () => b.line(`throw new ${failure}(at, error);`));
    storeCursors();
    sink.after();
  });
}
