/**
 * The dictionaries of a file: messages of their own, which are looked at when a column that needs one is read. A later
 * one takes the place of an earlier one of its id, or adds to it.
 */
import type { RandomAccess } from '../bytes/random-access.ts';
import { missingVector } from '../schema/take-rows.ts';
import type { BytesVector, Vector } from '../schema/vector.ts';
import type { FoundMessage } from './arrow-file.ts';
import { BatchBody } from './batch-body.ts';
import { buffersOf, planColumns } from './column-plan.ts';
import { fieldOf } from './column-type.ts';
import { type ArrowPlace, damaged, tooLarge, unsupported } from './damage.ts';
import { decodeColumn } from './decode-column.ts';
import type { ArrowField } from './metadata.ts';

const MAX_POSITION = 2 ** 31 - 1;

interface Entry {
  /** What is not decoded yet, in order. */
  readonly messages: FoundMessage[];
  values: Vector | undefined;
  isDecoding: boolean;
}

export class Dictionaries {
  readonly #source: RandomAccess;
  readonly #entries = new Map<bigint, Entry>();

  constructor(source: RandomAccess) {
    this.#source = source;
  }

  /** Notes a dictionary, or what is added to one. */
  add(found: FoundMessage): void {
    const { message } = found;
    if (message.kind !== 'dictionary') return;
    const known = this.#entries.get(message.id);
    if (known !== undefined && message.isDelta) known.messages.push(found);
    else this.#entries.set(message.id, { messages: [found], values: undefined, isDecoding: false });
  }

  /** The values of a dictionary; none where there is no such one. Raises `ARROW_CORRUPT`, `ARROW_UNSUPPORTED`. */
  values(id: bigint, field: ArrowField, where: ArrowPlace): Vector {
    const entry = this.#entries.get(id);
    if (entry === undefined) return missingVector(valueField(field, where.path), 0);
    if (entry.isDecoding) throw damaged(where, 'a dictionary that does not need itself', `dictionary ${id}`);
    entry.isDecoding = true;
    try {
      for (let next = entry.messages.shift(); next !== undefined; next = entry.messages.shift()) {
        const values = this.#decode(next, field);
        entry.values = entry.values === undefined ? values : append(entry.values, values, next.where);
      }
    } finally {
      entry.isDecoding = false;
    }
    return entry.values ?? missingVector(valueField(field, where.path), 0);
  }

  #decode({ message, bodyAt, where }: FoundMessage, field: ArrowField): Vector {
    if (message.kind !== 'dictionary') throw damaged(where, 'a dictionary', message.kind);
    const { dictionary: _, ...values } = field;
    const body = new BatchBody(this.#source, bodyAt, message.bodyLength, message.batch, where);
    const [plan] = planColumns([values], [{ index: 0 }], message.batch, where);
    if (plan === undefined) throw damaged(where, 'the values of a dictionary', 'none');
    body.load(buffersOf(plan));
    return decodeColumn(plan, body, (id, each, at) => this.values(id, each, at));
  }
}

function valueField(field: ArrowField, path: string) {
  const { dictionary: _, ...values } = field;
  return fieldOf(values, path);
}

/** Both one after another. */
function append(before: Vector, added: Vector, where: ArrowPlace): Vector {
  if (added.length === 0) return before;
  if (before.length === 0) return added;
  if (!isPlain(before) || !isPlain(added)) {
    throw unsupported(where.path, 'additions to a dictionary of other values than texts', 'write whole dictionaries');
  }
  const size = before.bytes.length + added.bytes.length;
  if (size > MAX_POSITION) throw tooLarge(where, 'a dictionary', `${size} bytes`, `${MAX_POSITION} bytes`);
  const bytes = new Uint8Array(size);
  bytes.set(before.bytes);
  bytes.set(added.bytes, before.bytes.length);
  const length = before.length + added.length;
  const starts = new Int32Array(length);
  const lengths = new Int32Array(length);
  starts.set(before.starts.subarray(0, before.length));
  lengths.set(before.lengths.subarray(0, before.length));
  lengths.set(added.lengths.subarray(0, added.length), before.length);
  for (let i = 0; i < added.length; i++) starts[before.length + i] = (added.starts[i] as number) + before.bytes.length;
  return { ...before, length, bytes, starts, lengths };
}

function isPlain(vector: Vector): vector is BytesVector {
  return vector.layout === 'bytes' && vector.nullCount === 0;
}
