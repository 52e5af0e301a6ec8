/**
 * A chain of steps with its sink, compiled once per stage and used for every partition.
 *
 * The loop's plain form is `interpret-steps.ts`. Compiled forms differ by what feeds them: an array, a range, or
 * columns of one kind; each is a function of its own, so that V8 specialises it for this chain alone, and serves later
 * chains of the same text (`loop-cache.ts`). Long chains are cut
 * into groups of `GROUP_STEPS`: beyond that V8 stops inlining. Loops run over at most `BATCH_ROWS` records a call:
 * code that V8 enters in the middle of a long loop stays slower than code it compiles between calls.
 *
 * Threading: a chain belongs to one thread. A loop calls functions of the user's, and these may read records that
 * another loop makes, or the same one: an iterator of `mapPartitions` can be a record. Loops keep what they work on in
 * locals for that, except for staged columns: a batch of columns is made rows while a loop over columns runs.
 */
import { materializeRows } from '../../formats/record/materialize-rows.ts';
import { type ColumnBatch, rowBatch } from '../../formats/schema/batch.ts';
import { SourceBuilder } from '../base/compile-source.ts';
import type { Step } from '../lineage/step.ts';
import type { PendingBatch, TaskBatch } from '../lineage/task-context.ts';
import { type Cursor, openCursor } from './cursor.ts';
import { emitLoop, type LoopSource } from './emit-loop.ts';
import { BATCH_ROWS, type ColumnForm, columnForm, emitColumnRow, type Widths } from './emit-source.ts';
import { interpretRecord } from './interpret-steps.ts';
import { findLoop, stepSignature } from './loop-cache.ts';
import { RelaySink, type Sink } from './sink.ts';
import { StepFailure } from './step-failure.ts';

/** Whether loops are generated: `auto` interprets a chain's first records. */
export type CodegenMode = 'auto' | 'on' | 'off';

/** Steps compiled into one function. */
const GROUP_STEPS = 16;
/**
 * Records between two groups. More than a batch: the next group then runs after the one before it, and within its loop
 * only where that makes many records of few. Chains of thousands of steps would overflow the stack otherwise.
 */
const RELAY_ROWS = 4 * BATCH_ROWS;
/** Records a group interprets before it is compiled, under `auto`. */
const AUTO_ROWS = 512;
/** Kinds of columns a chain is compiled for with the widths of their integers, then without; the rest is made rows. */
const MAX_EXACT_FORMS = 3;
const MAX_COLUMN_FORMS = 6;

/** Whether a loop over columns runs: it and others of its text share the arrays that it reads from. */
let isStaged = false;

type StepFunctions = readonly (((value: unknown) => unknown) | undefined)[];

type Rest = [sink: Sink, cursors: readonly Cursor[], functions: StepFunctions];
type RowsLoop = (rows: readonly unknown[], from: number, to: number, ...rest: Rest) => void;
type RangeLoop = (start: number, step: number, count: number, ...rest: Rest) => void;
type ColumnLoop = (columns: readonly unknown[], base: number, n: number, ...rest: Rest) => void;

/** How many batches went down each road: specs assert that the road they mean really ran. */
export interface RoadCounts {
  interpreted: number;
  rows: number;
  range: number;
  columns: number;
}

class Group {
  readonly #steps: readonly Step[];
  readonly #sinkKind: Sink['kind'];
  readonly #sourceName: string;
  readonly #site: string;
  readonly #functions: StepFunctions;
  #signature: string | undefined;
  #rowsLoop: RowsLoop | undefined;
  #rangeLoop: RangeLoop | undefined;
  readonly #columnLoops = new Map<string, ColumnLoop>();

  constructor(steps: readonly Step[], sinkKind: Sink['kind'], sourceName: string, site: string) {
    this.#steps = steps;
    this.#sinkKind = sinkKind;
    this.#sourceName = sourceName;
    this.#site = site;
    this.#functions = steps.map((step) => ('f' in step ? (step.f as (value: unknown) => unknown) : undefined));
  }

  runRows(rows: readonly unknown[], from: number, to: number, sink: Sink, cursors: readonly Cursor[]): void {
    this.#rowsLoop ??= this.#loop<RowsLoop>('rows', '', ['rows', 'from', 'to'], () => ({
      header: 'for (let i = from; i < to; i++)',
      record: 'rows[i]',
    }));
    this.#rowsLoop(rows, from, to, sink, cursors, this.#functions);
  }

  runRange(start: number, step: number, count: number, sink: Sink, cursors: readonly Cursor[]): void {
    this.#rangeLoop ??= this.#loop<RangeLoop>('range', '', ['start', 'step', 'n'], () => ({
      header: 'for (let i = 0; i < n; i++)',
      record: 'start + i * step',
    }));
    this.#rangeLoop(start, step, count, sink, cursors, this.#functions);
  }

  /**
   * False when these columns have no loop: too many forms were seen, they cannot be staged, or another loop has staged
   * columns and called a function that read more records.
   */
  runColumns(batch: ColumnBatch, sink: Sink, cursors: readonly Cursor[]): boolean {
    if (isStaged) return false;
    const form = columnForm(batch.root);
    const { columns } = form;
    const loop = this.#findColumnLoop(batch, form);
    if (loop === undefined) return false;
    isStaged = true;
    try {
      for (let base = 0; base < batch.rowCount && !sink.isDone; base += BATCH_ROWS) {
        loop(columns, base, Math.min(BATCH_ROWS, batch.rowCount - base), sink, cursors, this.#functions);
      }
    } finally {
      isStaged = false;
    }
    return true;
  }

  #findColumnLoop({ root }: ColumnBatch, { exact, widest }: ColumnForm): ColumnLoop | undefined {
    if (exact === undefined || widest === undefined) return undefined;
    const known = this.#columnLoops.get(exact) ?? this.#columnLoops.get(widest);
    if (known !== undefined || this.#columnLoops.size >= MAX_COLUMN_FORMS) return known;
    const widths: Widths = this.#columnLoops.size < MAX_EXACT_FORMS ? 'exact' : 'widest';
    const signature = widths === 'exact' ? exact : widest;
    const loop = this.#loop<ColumnLoop>('columns', `${widths} ${signature}`, ['columns', 'base', 'n'], (b) => ({
      header: 'for (let i = 0; i < n; i++)',
      record: emitColumnRow(b, root, 'i', widths),
      isPair: root.kind === 'tuple' && root.nulls === undefined,
    }));
    this.#columnLoops.set(signature, loop);
    return loop;
  }

  #loop<Loop extends object>(
    form: string,
    columns: string,
    inputs: readonly string[],
    emitSource: (b: SourceBuilder) => LoopSource,
  ): Loop {
    this.#signature ??= JSON.stringify([this.#sinkKind, this.#site, this.#steps.map(stepSignature)]);
    const key = `${form} ${columns} ${this.#signature}`;
    return findLoop(key, () => this.#compile<Loop>(form, inputs, emitSource));
  }

  #compile<Loop>(form: string, inputs: readonly string[], emitSource: (b: SourceBuilder) => LoopSource): Loop {
    const b = new SourceBuilder();
    emitLoop(b, { name: `${form}Loop`, inputs, steps: this.#steps, sinkKind: this.#sinkKind, emitSource });
    return b.compile<Loop>(`${this.#sourceName}-${form}`);
  }
}

/** The state of a chain within one partition. */
export interface ChainRun {
  readonly cursors: readonly (readonly Cursor[])[];
}

/** See the head of this file. */
export class FusedChain {
  readonly roads: RoadCounts = { interpreted: 0, rows: 0, range: 0, columns: 0 };
  readonly #stepGroups: readonly (readonly Step[])[];
  readonly #groups: readonly Group[];
  readonly #mode: CodegenMode;
  /** Records that each group was given. */
  readonly #rowsSeen: number[];

  /**
   * `sourceName` names the generated functions in stacks and profiles: `stage3-map`. `sites` tells where each step's
   * function was written, `sinkSite` where the sink's were: groups of the same text from different places get loops of
   * their own, and those from the same places share one.
   */
  constructor(
    steps: readonly Step[],
    sinkKind: Sink['kind'],
    mode: CodegenMode,
    sourceName: string,
    sites: readonly string[] = [],
    sinkSite = '',
  ) {
    const cuts: Step[][] = [];
    for (let at = 0; at < steps.length; at += GROUP_STEPS) cuts.push(steps.slice(at, at + GROUP_STEPS));
    if (cuts.length === 0) cuts.push([]);
    this.#stepGroups = cuts;
    this.#groups = cuts.map((group, i) => {
      const isLast = i === cuts.length - 1;
      const ownSites = sites.slice(i * GROUP_STEPS, (i + 1) * GROUP_STEPS);
      const site = `${ownSites.join()} ${isLast ? sinkSite : ''}`;
      return new Group(group, isLast ? sinkKind : 'relay', `${sourceName}-${i}`, site);
    });
    this.#rowsSeen = cuts.map(() => 0);
    this.#mode = mode;
  }

  /** Starts a partition. */
  open(partition: number): ChainRun {
    return { cursors: this.#stepGroups.map((group) => group.map((step) => openCursor(step, partition))) };
  }

  /**
   * Runs a batch through all steps into the sink. Stops early when the sink is done. Raises `StepFailure` with the
   * index of the step, over all groups, when a function throws.
   */
  run(batch: Exclude<TaskBatch, PendingBatch>, run: ChainRun, sink: Sink): void {
    this.#runFrom(0, batch, run, sink);
  }

  #runFrom(group: number, batch: Exclude<TaskBatch, PendingBatch>, run: ChainRun, sink: Sink): void {
    const isLast = group === this.#groups.length - 1;
    if (isLast) {
      this.#runGroup(group, batch, run, sink);
      return;
    }
    let below: { readonly error: unknown } | undefined;
    const relay = new RelaySink(RELAY_ROWS, sink, (rows) => {
      try {
        for (let from = 0; from < rows.length && !sink.isDone; from += BATCH_ROWS) {
          this.#runFrom(group + 1, rowBatch(rows, from, Math.min(from + BATCH_ROWS, rows.length)), run, sink);
        }
      } catch (error) {
        below = { error };
        throw error;
      }
    });
    try {
      this.#runGroup(group, batch, run, relay);
    } catch (error) {
      // What a later group raised while this one ran belongs to a step of that one.
      throw below === undefined ? error : below.error;
    }
    relay.flush();
  }

  #runGroup(index: number, batch: Exclude<TaskBatch, PendingBatch>, run: ChainRun, sink: Sink): void {
    try {
      if (this.#interprets(index, batch)) this.#interpret(index, batch, run, sink);
      else this.#runCompiled(index, batch, run, sink);
    } catch (error) {
      if (error instanceof StepFailure && index > 0) {
        throw new StepFailure(error.stepIndex + index * GROUP_STEPS, error.cause);
      }
      throw error;
    }
  }

  #interprets(group: number, batch: Exclude<TaskBatch, PendingBatch>): boolean {
    if (this.#mode !== 'auto') return this.#mode === 'off';
    const seen = this.#rowsSeen[group] as number;
    if (seen >= AUTO_ROWS) return false;
    const length =
      batch.kind === 'rows' ? batch.to - batch.from : batch.kind === 'range' ? batch.count : batch.rowCount;
    this.#rowsSeen[group] = seen + length;
    return seen + length < AUTO_ROWS;
  }

  #interpret(index: number, batch: Exclude<TaskBatch, PendingBatch>, run: ChainRun, sink: Sink): void {
    this.roads.interpreted++;
    const steps = this.#stepGroups[index] as readonly Step[];
    const cursors = run.cursors[index] as readonly Cursor[];
    if (batch.kind === 'range') {
      for (let i = 0; i < batch.count && !sink.isDone; i++) {
        interpretRecord(batch.start + i * batch.step, steps, cursors, sink);
      }
      return;
    }
    const rows = batch.kind === 'rows' ? batch.rows : materializeRows(batch);
    const from = batch.kind === 'rows' ? batch.from : 0;
    const to = batch.kind === 'rows' ? batch.to : batch.rowCount;
    for (let i = from; i < to && !sink.isDone; i++) interpretRecord(rows[i], steps, cursors, sink);
  }

  #runCompiled(index: number, batch: Exclude<TaskBatch, PendingBatch>, run: ChainRun, sink: Sink): void {
    const group = this.#groups[index] as Group;
    const cursors = run.cursors[index] as readonly Cursor[];
    if (batch.kind === 'range') {
      this.roads.range++;
      for (let i = 0; i < batch.count && !sink.isDone; i += BATCH_ROWS) {
        group.runRange(batch.start + i * batch.step, batch.step, Math.min(BATCH_ROWS, batch.count - i), sink, cursors);
      }
      return;
    }
    if (batch.kind === 'columns') {
      if (group.runColumns(batch, sink, cursors)) {
        this.roads.columns++;
        return;
      }
      this.roads.rows++;
      group.runRows(materializeRows(batch), 0, batch.rowCount, sink, cursors);
      return;
    }
    this.roads.rows++;
    for (let from = batch.from; from < batch.to && !sink.isDone; from += BATCH_ROWS) {
      group.runRows(batch.rows, from, Math.min(from + BATCH_ROWS, batch.to), sink, cursors);
    }
  }
}
