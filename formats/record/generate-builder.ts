/**
 * Writes the function that turns records of one shape into columns: one loop over the records, each checked and its
 * leaves stored in typed arrays as it goes by.
 *
 * The plain form is build-columns-plain.ts. Why generated: property reads with constant names stay monomorphic, and
 * objects cost 15-30 ns instead of 200 (bench/record-codec.ts). The function answers with the columns, or with the
 * number of the first record that does not fit, counted from `from`; or with -1 when a list grows over 2^31 items.
 *
 * When changing this: keep the columns equal to those of the plain form, bit for bit (the specs compare them), and
 * read fixtures/formats/record/builder.js.txt line by line.
 */
import { quoteKey, SourceBuilder } from '../../lib/base/compile-source.ts';
import type { Column } from '../schema/batch.ts';
import type { ColumnArrays } from './column-arrays.ts';
import type { ListShape, ObjectShape, Shape, TupleShape } from './infer-columns.ts';
import { narrowDoubles, narrowInts, narrowNulls, narrowStrings } from './narrow-columns.ts';

/** The arrays of the columns come from `arrays` and live as long as it says. */
export type ColumnBuilder = (
  rows: readonly unknown[],
  from: number,
  to: number,
  arrays: ColumnArrays,
) => Column | number;

/** Where a column's entries are counted: the records themselves, or the items of one list. */
interface Level {
  /** Names of: the number of entries at the end, the index being written. */
  readonly count: string;
  readonly index: string;
  /** The capacity of the level's buffers; undefined for records, whose number is known. */
  readonly capacity: string | undefined;
  /** Typed arrays that grow with the level, and how many more slots than entries each has. */
  readonly buffers: { readonly name: string; readonly extra: number }[];
}

interface Plan {
  readonly shape: Shape;
  readonly level: Level;
  /** The variable of the values, offsets or plain array; '' where there is none. */
  readonly values: string;
  readonly marks: string;
  /** int only: all values or-ed, all magnitudes or-ed. */
  readonly sign: string;
  readonly magnitude: string;
  readonly children: readonly Plan[];
  /** list only. */
  readonly itemLevel: Level | undefined;
}

const ROW = 'r';
/** A first guess of a list column's items is the first list's length for each record, up to this many. */
const FIRST_ITEMS = 1 << 20;

/** The names of what generated code calls and compares with, bound in `out`. */
function bindHelpers(out: SourceBuilder) {
  return {
    narrowInts: out.bind('narrowInts', narrowInts),
    narrowDoubles: out.bind('narrowDoubles', narrowDoubles),
    narrowNulls: out.bind('narrowNulls', narrowNulls),
    narrowStrings: out.bind('narrowStrings', narrowStrings),
    prototypeOf: out.bind('prototypeOf', Object.getPrototypeOf),
    isArray: out.bind('isArray', Array.isArray),
    getTime: out.bind('getTime', Date.prototype.getTime),
    objectPrototype: out.bind('objectPrototype', Object.prototype),
    arrayPrototype: out.bind('arrayPrototype', Array.prototype),
    datePrototype: out.bind('datePrototype', Date.prototype),
  };
}

class BuilderEmitter {
  readonly #out = new SourceBuilder();
  readonly #helpers = bindHelpers(this.#out);

  emit(shape: Shape): SourceBuilder {
    const out = this.#out;
    out.block('return function buildColumns(rows, from, to, arrays)', () => {
      out.line('const n = to - from;');
      const plan = this.#declare(shape, { count: 'n', index: ROW, capacity: undefined, buffers: [] });
      out.block(`for (let ${ROW} = 0; ${ROW} < n; ${ROW}++)`, () => {
        out.line(`const x = rows[from + ${ROW}];`);
        this.#store(plan, 'x');
      });
      out.line(`return ${this.#result(plan)};`);
    });
    return out;
  }

  #declare(shape: Shape, level: Level): Plan {
    const marks = shape.nullable ? this.#buffer('marks', 'uint8', level) : '';
    const leaf = { shape, level, marks, values: '', sign: '', magnitude: '', children: [], itemLevel: undefined };
    switch (shape.kind) {
      case 'int': {
        const values = this.#buffer('ints', 'int32', level);
        const sign = this.#out.fresh('sign');
        const magnitude = this.#out.fresh('magnitude');
        this.#out.line(`let ${sign} = 0, ${magnitude} = 0;`);
        return { ...leaf, values, sign, magnitude };
      }
      case 'double':
      case 'date':
        return { ...leaf, values: this.#buffer('doubles', 'float64', level) };
      case 'boolean':
        return { ...leaf, values: this.#buffer('bits', 'uint8', level) };
      case 'bigint':
        return { ...leaf, values: this.#buffer('longs', 'bigInt64', level) };
      case 'string':
      case 'value': {
        const values = this.#out.fresh('items');
        this.#out.line(`const ${values} = ${level.capacity === undefined ? 'new Array(n)' : '[]'};`);
        return { ...leaf, values };
      }
      case 'unknown':
        return leaf;
      case 'object':
        return { ...leaf, children: shape.fields.map((field) => this.#declare(field, level)) };
      case 'tuple':
        return { ...leaf, children: shape.items.map((item) => this.#declare(item, level)) };
      case 'list': {
        const values = this.#buffer('offsets', 'int32', level, 1);
        this.#out.line(`${values}[0] = 0;`);
        const count = this.#out.fresh('count');
        const capacity = this.#out.fresh('capacity');
        this.#out.line(`let ${count} = 0, ${capacity} = 0;`);
        const itemLevel: Level = { count, index: count, capacity, buffers: [] };
        return { ...leaf, values, itemLevel, children: [this.#declare(shape.item, itemLevel)] };
      }
    }
  }

  #buffer(
    stem: string,
    type: Exclude<keyof ColumnArrays, 'grow' | 'trim' | 'restart'>,
    level: Level,
    extra = 0,
  ): string {
    const name = this.#out.fresh(stem);
    const size = level.capacity === undefined ? 'n' : '0';
    this.#out.line(`let ${name} = arrays.${type}(${size}${extra > 0 ? ` + ${extra}` : ''});`);
    level.buffers.push({ name, extra });
    return name;
  }

  /** Emits the storing of `value` (a variable) at the level's index. */
  #store(plan: Plan, value: string): void {
    const out = this.#out;
    const { shape, level, marks } = plan;
    if (shape.kind === 'unknown') {
      if (!shape.nullable) out.line(`return ${ROW};`);
      else {
        out.line(`if (${value} !== null && ${value} !== undefined) return ${ROW};`);
        out.line(`${marks}[${level.index}] = ${value} === null ? 1 : 2;`);
      }
      return;
    }
    if (!shape.nullable) {
      this.#storePresent(plan, value);
      return;
    }
    out.block(
      `if (${value} === null || ${value} === undefined)`,
      () => {
        out.line(`${marks}[${level.index}] = ${value} === null ? 1 : 2;`);
        this.#fill(plan);
      },
      '} else {',
    );
    out.line(`${marks}[${level.index}] = 0;`);
    this.#storePresent(plan, value);
    out.line('}');
  }

  #storePresent(plan: Plan, value: string): void {
    const out = this.#out;
    const { shape, values, level } = plan;
    const at = `${values}[${level.index}]`;
    const { prototypeOf, datePrototype, getTime } = this.#helpers;
    switch (shape.kind) {
      case 'int':
        out.line(`if (typeof ${value} !== 'number' || (${value} | 0) !== ${value}) return ${ROW};`);
        out.line(`if (${value} === 0 && 1 / ${value} < 0) return ${ROW};`);
        out.line(`${at} = ${value}; ${plan.sign} |= ${value}; ${plan.magnitude} |= ${value} ^ (${value} >> 31);`);
        return;
      case 'double':
        out.line(`if (typeof ${value} !== 'number') return ${ROW};`);
        // One NaN for all, so that equal records have equal bytes: machines make it with either sign.
        out.line(`${at} = ${value} === ${value} ? ${value} : NaN;`);
        return;
      case 'boolean':
        out.line(`if (${value} === true) ${at} = 1; else if (${value} === false) ${at} = 0; else return ${ROW};`);
        return;
      case 'string':
        out.line(`if (typeof ${value} !== 'string') return ${ROW};`);
        out.line(`${at} = ${value};`);
        return;
      case 'bigint':
        out.line(`if (typeof ${value} !== 'bigint' || BigInt.asIntN(64, ${value}) !== ${value}) return ${ROW};`);
        out.line(`${at} = ${value};`);
        return;
      case 'date':
        out.line(`if (typeof ${value} !== 'object' || ${value} === null) return ${ROW};`);
        out.line(`if (${prototypeOf}(${value}) !== ${datePrototype}) return ${ROW};`);
        out.line(`for (const own in ${value}) return ${ROW};`);
        out.line(`${at} = ${getTime}.call(${value});`);
        return;
      case 'value':
        out.line(`${at} = ${value};`);
        return;
      case 'object':
        this.#storeObject(plan, shape, value);
        return;
      case 'tuple':
        this.#storeTuple(plan, shape, value);
        return;
      case 'list':
        this.#storeList(plan, shape, value);
        return;
    }
  }

  #storeObject(plan: Plan, shape: ObjectShape, value: string): void {
    const out = this.#out;
    const { prototypeOf, objectPrototype } = this.#helpers;
    const count = shape.names.length;
    const names = out.bind('names', shape.names);
    const seen = out.fresh('seen');
    out.line(`if (typeof ${value} !== 'object' || ${value} === null) return ${ROW};`);
    out.line(`if (${prototypeOf}(${value}) !== ${objectPrototype}) return ${ROW};`);
    // V8 walks the keys of objects of one hidden class in a cached list: the check costs 1-2 ns a key.
    out.line(`let ${seen} = 0;`);
    out.line(`for (const key in ${value}) if (${seen} === ${count} || key !== ${names}[${seen}++]) return ${ROW};`);
    out.line(`if (${seen} !== ${count}) return ${ROW};`);
    plan.children.forEach((child, i) => {
      const field = out.fresh('field');
      out.line(`const ${field} = ${value}[${quoteKey(shape.names[i] as string)}];`);
      this.#store(child, field);
    });
  }

  /** Arrays of other classes are refused, and those of `RegExp` matches and templates, which have named properties. */
  #checkArray(value: string): void {
    const { isArray, prototypeOf, arrayPrototype } = this.#helpers;
    this.#out.line(`if (!${isArray}(${value}) || ${prototypeOf}(${value}) !== ${arrayPrototype}) return ${ROW};`);
    this.#out.line(`if (${value}.index !== undefined || ${value}.raw !== undefined) return ${ROW};`);
  }

  #checkHole(child: Plan, array: string, index: string, item: string): void {
    const takesUndefined = child.shape.nullable || child.shape.kind === 'value';
    if (takesUndefined) this.#out.line(`if (${item} === undefined && !(${index} in ${array})) return ${ROW};`);
  }

  #storeTuple(plan: Plan, shape: TupleShape, value: string): void {
    const out = this.#out;
    this.#checkArray(value);
    out.line(`if (${value}.length !== ${shape.items.length}) return ${ROW};`);
    plan.children.forEach((child, i) => {
      const item = out.fresh('item');
      out.line(`const ${item} = ${value}[${i}];`);
      this.#checkHole(child, value, String(i), item);
      this.#store(child, item);
    });
  }

  #storeList(plan: Plan, _shape: ListShape, value: string): void {
    const out = this.#out;
    const { count, capacity, buffers } = plan.itemLevel as Level;
    const child = plan.children[0] as Plan;
    this.#checkArray(value);
    const length = out.fresh('length');
    out.line(`const ${length} = ${value}.length;`);
    out.block(`if (${count} + ${length} > ${capacity})`, () => {
      out.line(`if (${count} + ${length} > 0x7ffffff0) return -1;`);
      out.line(`const first = ${capacity} === 0 ? Math.min(${length} * n, ${FIRST_ITEMS}) : 2 * ${capacity};`);
      out.line(`${capacity} = Math.min(0x7ffffff0, Math.max(first, ${count} + ${length}));`);
      for (const { name, extra } of buffers) {
        out.line(`${name} = arrays.grow(${name}, ${capacity}${extra > 0 ? ` + ${extra}` : ''});`);
      }
    });
    const j = out.fresh('j');
    const item = out.fresh('item');
    out.block(`for (let ${j} = 0; ${j} < ${length}; ${j}++, ${count}++)`, () => {
      out.line(`const ${item} = ${value}[${j}];`);
      this.#checkHole(child, value, j, item);
      this.#store(child, item);
    });
    out.line(`${plan.values}[${plan.level.index} + 1] = ${count};`);
  }

  /** Emits what a column holds at the index of a null: zero, or an empty value of its kind. */
  #fill(plan: Plan): void {
    const { shape, values, level, children } = plan;
    const at = `${values}[${level.index}]`;
    switch (shape.kind) {
      case 'string':
        this.#out.line(`${at} = '';`);
        return;
      case 'value':
        this.#out.line(`${at} = undefined;`);
        return;
      case 'bigint':
        this.#out.line(`${at} = 0n;`);
        return;
      case 'list':
        this.#out.line(`${values}[${level.index} + 1] = ${(plan.itemLevel as Level).count};`);
        return;
      case 'object':
      case 'tuple':
        for (const child of children) this.#fillChild(child);
        return;
      case 'unknown':
        return;
      default:
        this.#out.line(`${at} = 0;`);
    }
  }

  /** Below a null: an empty value that is present, where the column can hold one. */
  #fillChild(plan: Plan): void {
    const { shape, marks, level } = plan;
    if (marks !== '') this.#out.line(`${marks}[${level.index}] = ${shape.kind === 'unknown' ? 2 : 0};`);
    this.#fill(plan);
  }

  #result(plan: Plan): string {
    const { shape, values, marks, level, children } = plan;
    const { count } = level;
    const help = this.#helpers;
    const nulls = shape.nullable ? `${help.narrowNulls}(${marks}, ${count}, arrays)` : 'undefined';
    switch (shape.kind) {
      case 'int':
        return `${help.narrowInts}(${values}, ${count}, ${plan.sign}, ${plan.magnitude}, ${nulls}, arrays)`;
      case 'double':
        return `${help.narrowDoubles}(${values}, ${count}, ${nulls}, arrays)`;
      case 'string':
        return `${help.narrowStrings}(${values}, ${nulls})`;
      case 'unknown':
        return `{ kind: 'int', values: new Uint8Array(${count}), nulls: ${nulls} }`;
      case 'value':
        return `{ kind: 'value', values: ${values}, nulls: undefined }`;
      case 'object': {
        const names = this.#out.bind('names', shape.names);
        const fields = children.map((child) => this.#result(child)).join(', ');
        return `{ kind: 'object', names: ${names}, fields: [${fields}], nulls: ${nulls} }`;
      }
      case 'tuple': {
        const items = children.map((child) => this.#result(child)).join(', ');
        return `{ kind: 'tuple', items: [${items}], nulls: ${nulls} }`;
      }
      case 'list': {
        const offsets = `arrays.trim(${values}, ${count} + 1)`;
        return `{ kind: 'list', offsets: ${offsets}, item: ${this.#result(children[0] as Plan)}, nulls: ${nulls} }`;
      }
      default:
        return `{ kind: '${shape.kind}', values: arrays.trim(${values}, ${count}), nulls: ${nulls} }`;
    }
  }
}

/** The source of the builder for `shape`, with its constants bound. */
export function emitBuilder(shape: Shape): SourceBuilder {
  return new BuilderEmitter().emit(shape);
}

/** The function that builds columns of `shape`. */
export function generateBuilder(shape: Shape, name: string): ColumnBuilder {
  return emitBuilder(shape).compile<ColumnBuilder>(name);
}
