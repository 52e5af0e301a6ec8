/**
 * Emits where a fused loop's records go: the generated form of each sink's `add`, on the same fields, with hot state
 * in locals that are stored back after the loop.
 */
import { isPlainArray } from '../../formats/record/infer-columns.ts';
import type { SourceBuilder } from '../base/compile-source.ts';
import { unreachable } from '../base/invariant.ts';
import { SLOT_HASH } from '../shuffle/key-table.ts';
import { emitPairCheck, type Known } from './emit-steps.ts';
import { SEARCHED_PAIRS, type Sink } from './sink.ts';

/** The three pieces of a sink's code: before the loop, per record, after the loop. */
export interface SinkCode {
  readonly before: () => void;
  readonly record: (x: string, known: Known) => void;
  readonly after: () => void;
  /** Whether `record` can do without the pair itself: see `Known`. */
  readonly takesParts?: boolean;
}

/** In scope of the emitted code: `sink`, and the label `outer` of the outermost loop. */
export function emitSink(b: SourceBuilder, kind: Sink['kind']): SinkCode {
  const nothing = (): void => {};
  switch (kind) {
    case 'rows':
      return {
        before: () => b.line('const rowsOut = sink.rows;'),
        record: (x) => b.line(`rowsOut.push(${x});`),
        after: nothing,
      };
    case 'relay':
      return {
        before: () => b.line('let rowsOut = sink.rows;').line('const limit = sink.limit;'),
        record: (x) => {
          b.line(`rowsOut.push(${x});`);
          b.block('if (rowsOut.length >= limit)', () => {
            b.line('sink.flush();');
            b.line('if (sink.isDone) break outer;');
            b.line('rowsOut = sink.rows;');
          });
        },
        after: nothing,
      };
    case 'count':
      return {
        before: () => b.line('let count = 0;'),
        record: () => b.line('count++;'),
        after: () => b.line('sink.count += count;'),
      };
    case 'take':
      return {
        before: () =>
          b.line('const rowsOut = sink.rows, limit = sink.limit;').line('if (rowsOut.length >= limit) return;'),
        record: (x) => b.line(`rowsOut.push(${x});`).line('if (rowsOut.length >= limit) break outer;'),
        after: nothing,
      };
    case 'reduce': {
      const fold = emitFold(b);
      return {
        before: () => {
          b.line('let isEmpty = sink.isEmpty;');
          fold.before();
        },
        record: (x) => {
          b.block('if (isEmpty)', () => {
            b.line('isEmpty = false;');
            fold.start(x);
          });
          b.block('else', () => fold.merge(x));
        },
        after: () => {
          b.line('sink.isEmpty = isEmpty;');
          fold.after();
        },
      };
    }
    case 'aggregate': {
      const fold = emitFold(b);
      return { before: fold.before, record: fold.merge, after: fold.after };
    }
    case 'foreach':
      return {
        before: () => b.line('const visit = sink.visit;'),
        record: (x) => b.line(`visit(${x});`),
        after: nothing,
      };
    case 'combine':
      return emitCombine(b);
    case 'combine-numbers':
      return emitCombineNumbers(b);
    case 'bucket':
      return emitBucket(b);
    default:
      return unreachable(kind);
  }
}

/**
 * A value carried from record to record: `value = merge(value, record)`. While it is a number it lives in a typed array
 * of one element: in a local that might be anything else, V8 allocates a number object per record (8 bytes each, and a
 * third of the time in `bench` records).
 */
function emitFold(b: SourceBuilder) {
  const cell = b.bind('cell', new Float64Array(1));
  const keep = (value: string): void => {
    b.line(`if (typeof ${value} === 'number') ${cell}[0] = ${value};`);
    b.line(`else { isNumber = false; value = ${value}; }`);
  };
  return {
    before: (): void => {
      b.line('const merge = sink.merge;').line("let value = sink.value, isNumber = typeof value === 'number';");
      b.line(`if (isNumber) ${cell}[0] = value;`);
    },
    /** The first value of all. */
    start: (x: string): void => {
      b.line('isNumber = true;');
      keep(x);
    },
    merge: (x: string): void => {
      b.block('if (isNumber)', () => {
        const merged = b.fresh('merged');
        b.line(`const ${merged} = merge(${cell}[0], ${x});`);
        keep(merged);
      });
      b.line(`else value = merge(value, ${x});`);
    },
    after: (): void => {
      b.line(`sink.value = isNumber ? ${cell}[0] : value;`);
    },
  };
}

/** See `CombineSink.add` for the plain form and `KeyTable` for the table; pays in `bench` reduceByKey. */
function emitCombine(b: SourceBuilder): SinkCode {
  return {
    before: () =>
      b
        .line('const table = sink.table, isMerging = sink.isMerging;')
        .line('let values = sink.values, limit = sink.limit, onMiss = sink.onMiss;')
        .line('const onInsert = sink.onInsert;')
        .line('const create = sink.aggregator.createCombiner;')
        .line('const merge = isMerging ? sink.aggregator.mergeCombiners : sink.aggregator.mergeValue;')
        .line('let slots = table.slots, shift = table.shift, mask = table.mask, rowsIn = 0;'),
    record: (x, known) => {
      emitPairCheck(b, x, known);
      b.line(`const key = ${x}[0], item = ${x}[1];`);
      b.line('let id;');
      b.block('if (typeof key === "number" && (key | 0) === key)', () => emitProbe(b));
      b.line('else id = table.find(key);');
      b.line('if (id >= 0) values[id] = merge(values[id], item);');
      b.line('else if (onMiss !== undefined) onMiss(key, item, sink.rowsIn + rowsIn);');
      b.block('else', () => {
        b.line('const first = isMerging ? item : create(item);');
        b.line('table.insert(key);');
        b.line('values.push(first);');
        b.line('if (onInsert !== undefined) onInsert(sink.rowsIn + rowsIn);');
        b.block('if (table.size >= limit)', () => {
          b.line('sink.rowsIn += rowsIn; rowsIn = 0;');
          b.line('sink.onFull(); values = sink.values; limit = sink.limit; onMiss = sink.onMiss;');
        });
        b.line('slots = table.slots; shift = table.shift; mask = table.mask;');
      });
      b.line('rowsIn++;');
    },
    after: () => b.line('sink.rowsIn += rowsIn;'),
  };
}

/** Sets `id` to that of the int32 `key`, or -1. */
function emitProbe(b: SourceBuilder): void {
  b.line(`let slot = Math.imul(key, ${SLOT_HASH | 0}) >>> shift;`);
  b.block('for (;;)', () => {
    b.line('id = slots[2 * slot + 1] - 1;');
    b.line('if (id < 0 || slots[2 * slot] === (key | 0)) break;');
    b.line('slot = (slot + 1) & mask;');
  });
}

/** See `NumberCombineSink.add` for the plain form and `NumberTable` for the table; pays in `bench` distinct-keys. */
function emitCombineNumbers(b: SourceBuilder): SinkCode {
  const load = (): void => {
    b.line('slots = table.slots; shift = table.shift; mask = table.mask; values = table.values;');
    b.line('isNumbers = sink.rest === undefined;');
  };
  return {
    before: () => {
      b.line('const table = sink.table;');
      b.line('const merge = sink.isMerging ? sink.aggregator.mergeCombiners : sink.aggregator.mergeValue;');
      b.line('let slots, shift, mask, values, isNumbers, rowsIn = 0;');
      load();
    },
    record: (x, known) => {
      emitPairCheck(b, x, known);
      b.line(`const key = ${x}[0], item = ${x}[1];`);
      b.block('if (isNumbers && typeof key === "number" && typeof item === "number")', () => {
        b.line('let id;');
        b.block('if ((key | 0) === key)', () => emitProbe(b));
        b.line('else id = table.find(key);');
        b.block('if (id >= 0)', () => {
          b.line('const merged = merge(values[id], item);');
          b.line('if (typeof merged === "number") values[id] = merged;');
          b.line('else { sink.become(id, merged, rowsIn); isNumbers = false; }');
        });
        b.block('else', () => {
          b.line('sink.miss(key, item, rowsIn);');
          load();
        });
      });
      b.line('else { sink.combineRest(key, item, rowsIn); isNumbers = false; }');
      b.line('rowsIn++;');
    },
    after: () => b.line('sink.rowsIn += rowsIn;'),
  };
}

/** See `BucketSink.add` for the plain form; pays in `bench` repartition (pairs) and distinct-keys (the log). */
function emitBucket(b: SourceBuilder): SinkCode {
  const loadLog = (): void => {
    b.line('log = sink.log;');
    b.line(
      'if (log !== undefined) { logged = log.count; logBuckets = log.buckets; logKeys = log.keys; logValues = log.values; }',
    );
  };
  return {
    before: () => {
      b.line('const buckets = sink.buckets, numBuckets = buckets.length, isHash = sink.isHash;');
      b.line('const partitionOf = sink.partitionOf;');
      b.line('const bounds = sink.bounds, ascending = sink.ascending;');
      b.line('let room = sink.room, log, logged = 0, logBuckets, logKeys, logValues;');
      loadLog();
    },
    record: (x, known) => {
      emitPairCheck(b, x, known);
      const { key, value } = known.parts ?? { key: `${x}[0]`, value: `${x}[1]` };
      b.line(`const key = ${key}, value = ${value};`);
      b.line('let bucket;');
      b.line(
        'if (isHash && typeof key === "number" && (key | 0) === key) { bucket = (key | 0) % numBuckets; if (bucket < 0) bucket += numBuckets; }',
      );
      // NaN comes after all bounds, where no comparison finds it.
      b.block('else if (bounds !== undefined && typeof key === "number" && key === key)', () => {
        b.line('let low = 0, high = bounds.length;');
        b.block('while (low < high)', () => {
          b.line('const middle = (low + high) >>> 1;');
          b.line('if (bounds[middle] < key) low = middle + 1; else high = middle;');
        });
        b.line('bucket = ascending ? low : bounds.length - low;');
      });
      b.line('else bucket = partitionOf(key);');
      b.block(
        `if (log !== undefined && typeof key === "number" && typeof value === "number" && ${emitIsLoggable(b, x, known)})`,
        () => {
          b.line('logBuckets[logged] = bucket;');
          b.line('logKeys[logged] = key === key ? key : NaN;');
          b.line('logValues[logged++] = value === value ? value : NaN;');
        },
        '} else {',
      );
      b.block('if (log !== undefined)', () => {
        b.line('log.count = logged;');
        b.line('log = undefined;');
        b.line('sink.room = room;');
        b.line('sink.dropLog();');
        b.line('room = sink.room;');
      });
      b.line(`buckets[bucket].push(${x});`);
      b.line('}');
      b.block('if (--room <= 0)', () => {
        b.line('sink.room = room;');
        b.line('if (log !== undefined) log.count = logged;');
        b.line('sink.onFull();');
        b.line('room = sink.room;');
        loadLog();
      });
    },
    after: () => b.line('sink.room = room;').line('if (log !== undefined) log.count = logged;'),
    takesParts: true,
  };
}

/** What `isLoggable` of a bucket sink asks. What was made here is an array and nothing more, but may be longer. */
function emitIsLoggable(b: SourceBuilder, x: string, known: Known): string {
  if (known.parts !== undefined) return 'true';
  if (known.isPair) return `${x}.length === 2`;
  const prototypeOf = b.bind('prototypeOf', Object.getPrototypeOf);
  const arrayPrototype = b.bind('arrayPrototype', Array.prototype);
  const search = `logged % ${SEARCHED_PAIRS} !== 0 || ${b.bind('isPlainArray', isPlainArray)}(${x})`;
  return `${x}.length === 2 && ${prototypeOf}(${x}) === ${arrayPrototype} && (${search})`;
}
