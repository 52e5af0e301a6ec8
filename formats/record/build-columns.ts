/**
 * Columns from records: a sample gives the shape, generated code checks and stores every record, and whatever does
 * not fit widens the shape and starts again. Small batches, and shapes too wide to generate code for, are inferred
 * and built by the plain twin. Both give the same columns, which depend on the records alone.
 */
import type { Column, ColumnBatch } from '../schema/batch.ts';
import { buildColumn } from './build-columns-plain.ts';
import { type ColumnArrays, FRESH_ARRAYS } from './column-arrays.ts';
import { type ColumnBuilder, generateBuilder } from './generate-builder.ts';
import { countLeaves, inferShape, type Shape, shapeSignature, UNKNOWN, widenShape } from './infer-columns.ts';
import { isRecordCodegenEnabled, recordCodegenCounts, SignatureCache } from './record-codegen.ts';

/** Below this, generated code does not earn back the cost of looking it up. */
const MIN_GENERATED_ROWS = 64;
/** V8 does not optimise functions of any size. */
const MAX_GENERATED_LEAVES = 120;
const SAMPLE_ROWS = 16;
/** After this many wider shapes the whole batch is inferred instead. */
const MAX_WIDENINGS = 8;

const builders = new SignatureCache<ColumnBuilder>();
/** Per sampled shape: the wider one that such batches turned out to have. */
const hints = new SignatureCache<Shape>();

/**
 * The records `rows[from] … rows[to - 1]` as columns, or undefined when they share no shape that is of use: the
 * caller keeps them as a `RowBatch` then. The batch holds no object of the caller's but strings and the members of
 * `value` columns, and gives back records equal to these, with one exception: a property with a name that someone
 * added to an array is seen when the sample has it (or when it is `index` or `raw`, as on RegExp matches), and
 * otherwise left out. The batch lives as long as what `arrays` gives.
 */
export function buildColumns(
  rows: readonly unknown[],
  from = 0,
  to = rows.length,
  arrays: ColumnArrays = FRESH_ARRAYS,
): ColumnBatch | undefined {
  const root =
    isRecordCodegenEnabled() && to - from >= MIN_GENERATED_ROWS
      ? buildGenerated(rows, from, to, arrays)
      : buildPlain(rows, from, to);
  return root && { kind: 'columns', rowCount: to - from, root };
}

function buildPlain(rows: readonly unknown[], from: number, to: number): Column | undefined {
  recordCodegenCounts().plainBuilds++;
  const shape = inferShape(rows, from, to);
  return shape.kind === 'value' ? undefined : buildColumn(shape, rows.slice(from, to));
}

function buildGenerated(rows: readonly unknown[], from: number, to: number, arrays: ColumnArrays): Column | undefined {
  const sampled = sampleShape(rows, from, to);
  const sampledSignature = shapeSignature(sampled);
  const hint = hints.find(sampledSignature);
  let shape = hint ?? sampled;
  for (let round = 0; round <= MAX_WIDENINGS; round++) {
    if (shape.kind === 'value') return undefined;
    if (countLeaves(shape) > MAX_GENERATED_LEAVES) break;
    const built = tryBuild(shape, rows, from, to, arrays);
    if (typeof built === 'object') {
      recordCodegenCounts().generatedBuilds++;
      if (shape !== sampled && shape !== hint && isHint(sampled, shape)) hints.set(sampledSignature, shape);
      return built;
    }
    if (built < 0) break;
    const wider = widenShape(shape, rows[from + built]);
    if (wider === shape) break;
    recordCodegenCounts().widenings++;
    shape = wider;
  }
  return buildPlain(rows, from, to);
}

function tryBuild(
  shape: Shape,
  rows: readonly unknown[],
  from: number,
  to: number,
  arrays: ColumnArrays,
): Column | number {
  const signature = shapeSignature(shape);
  const build = builders.getOrMake(signature, () => generateBuilder(shape, 'build-columns'));
  arrays.restart();
  try {
    return build(rows, from, to, arrays);
  } catch {
    // A getter or a false Date threw. The plain road meets it again and says where.
    return -1;
  }
}

function sampleShape(rows: readonly unknown[], from: number, to: number): Shape {
  let shape = UNKNOWN;
  const last = to - from - 1;
  for (let k = 0; k < SAMPLE_ROWS && shape.kind !== 'value'; k++) {
    shape = widenShape(shape, rows[from + Math.floor((last * k) / (SAMPLE_ROWS - 1))]);
  }
  return shape;
}

/**
 * Whether batches that look like `sampled` may start with `shape`. Only where that leaves no trace: marks that stay
 * empty and doubles that are all whole are narrowed at the end, other differences would show in the columns.
 */
function isHint(sampled: Shape, shape: Shape): boolean {
  if (shape.kind !== sampled.kind) return sampled.kind === 'int' && shape.kind === 'double';
  if (shape.kind === 'object' && sampled.kind === 'object') {
    return shape.fields.every((field, i) => isHint(sampled.fields[i] as Shape, field));
  }
  if (shape.kind === 'tuple' && sampled.kind === 'tuple') {
    return shape.items.every((item, i) => isHint(sampled.items[i] as Shape, item));
  }
  return shape.kind === 'list' && sampled.kind === 'list' ? isHint(sampled.item, shape.item) : true;
}
