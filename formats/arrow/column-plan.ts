/**
 * Which nodes and buffers of a record batch a column is made of. They lie in the order of the schema, each field before
 * its children: those of columns that nobody wants have to be counted, too, and are not read.
 */
import type { DataType } from '../schema/data-type.ts';
import { type ArrowPlace, damaged } from './damage.ts';
import type { ArrowField, ArrowType, BatchHeader } from './metadata.ts';

/** A column, or a part of one. */
export interface ColumnPlan {
  readonly field: ArrowField;
  /** By its number in the batch. */
  readonly node: number;
  readonly buffers: readonly number[];
  /** Of a struct, those that are wanted. */
  readonly children: readonly ColumnPlan[];
}

/** A column that is read, and what is wanted of it. */
export interface WantedColumn {
  /** Its place in the schema. */
  readonly index: number;
  /** The parts of structs that are wanted; all of them unless given. */
  readonly type?: DataType | undefined;
}

/** The plans of columns, in the order in which they are asked for. Raises `ARROW_CORRUPT`. */
export function planColumns(
  fields: readonly ArrowField[],
  wanted: readonly WantedColumn[],
  header: BatchHeader,
  where: ArrowPlace,
): readonly ColumnPlan[] {
  const counter = new Counter(header, where);
  const byIndex = new Map(wanted.map((each) => [each.index, each]));
  const plans = new Map<number, ColumnPlan>();
  fields.forEach((field, index) => {
    const plan = planField(field, byIndex.get(index)?.type, counter);
    if (byIndex.has(index)) plans.set(index, plan);
  });
  return wanted.map(({ index }) => plans.get(index) as ColumnPlan);
}

/** The numbers of all buffers of a plan. */
export function buffersOf(plan: ColumnPlan): readonly number[] {
  return [...plan.buffers, ...plan.children.flatMap(buffersOf)];
}

class Counter {
  readonly #header: BatchHeader;
  readonly #where: ArrowPlace;
  #node = 0;
  #buffer = 0;
  #variadic = 0;

  constructor(header: BatchHeader, where: ArrowPlace) {
    this.#header = header;
    this.#where = where;
  }

  node(): number {
    const { nodes } = this.#header;
    if (this.#node >= nodes.length) throw damaged(this.#where, 'a node for each field', nodes.length);
    return this.#node++;
  }

  buffers(count: number): readonly number[] {
    const { buffers } = this.#header;
    const first = this.#buffer;
    if (count > buffers.length - first) throw damaged(this.#where, 'all buffers of each field', buffers.length);
    this.#buffer += count;
    return Array.from({ length: count }, (_, i) => first + i);
  }

  variadic(): number {
    const count = this.#header.variadicCounts[this.#variadic++];
    if (count === undefined) throw damaged(this.#where, 'a number of buffers for each column of views', 'none');
    return count;
  }
}

function planField(field: ArrowField, wanted: DataType | undefined, counter: Counter): ColumnPlan {
  const node = counter.node();
  // In place of the values there are codes; the values, and what they are made of, are in dictionaries.
  if (field.dictionary !== undefined) return { field, node, buffers: counter.buffers(2), children: [] };
  const buffers = counter.buffers(bufferCount(field.type, counter));
  const children = field.children.map((each, i) => ({
    each,
    plan: planField(each, wantedOf(wanted, each, i), counter),
  }));
  const kept = children.filter(({ each }) => isWanted(wanted, each));
  // Of a struct of which nothing is wanted, all is read: what says how many there are is not in it alone.
  return { field, node, buffers, children: (kept.length === 0 ? children : kept).map(({ plan }) => plan) };
}

function isWanted(wanted: DataType | undefined, { name }: ArrowField): boolean {
  return wanted?.kind !== 'struct' || wanted.fields.some((each) => each.name === name);
}

function wantedOf(wanted: DataType | undefined, { name }: ArrowField, index: number): DataType | undefined {
  switch (wanted?.kind) {
    case 'struct':
      return wanted.fields.find((each) => each.name === name)?.type;
    case 'list':
      return wanted.element.type;
    case 'map':
      // Its one child is a struct of both.
      return undefined;
    default:
      return index === 1 ? wanted : undefined;
  }
}

function bufferCount(type: ArrowType, counter: Counter): number {
  switch (type.kind) {
    case 'null':
    case 'runEndEncoded':
      return 0;
    case 'struct':
    case 'fixedList':
      return 1;
    case 'bytes':
      return type.lengths === 'views' ? 2 + counter.variadic() : 3;
    case 'list':
      return type.lengths === 'views32' || type.lengths === 'views64' ? 3 : 2;
    default:
      return 2;
  }
}
