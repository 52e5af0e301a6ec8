/** Record batches made of their parts, for what no writer at hand writes. */
import { BatchBody } from '../../formats/arrow/batch-body.ts';
import { buffersOf, planColumns } from '../../formats/arrow/column-plan.ts';
import { type DictionaryValues, decodeColumn } from '../../formats/arrow/decode-column.ts';
import type { ArrowCompression, ArrowField, ArrowNode, ArrowType, BatchHeader } from '../../formats/arrow/metadata.ts';
import { missingVector } from '../../formats/schema/take-rows.ts';
import type { Vector } from '../../formats/schema/vector.ts';
import { ByteArraySource } from './byte-source.ts';

export function arrowField(
  type: ArrowType,
  children: readonly ArrowField[] = [],
  more: Partial<ArrowField> = {},
): ArrowField {
  return { name: 'x', nullable: true, type, children, ...more };
}

/** Nodes as pairs, buffers as typed arrays. */
export interface BatchParts {
  readonly nodes: readonly (readonly [length: number, nullCount: number])[];
  readonly buffers: readonly (Uint8Array | Int16Array | Int32Array | BigInt64Array | Float64Array)[];
  readonly variadicCounts?: readonly number[];
  readonly compression?: ArrowCompression;
}

export const PLACE = { path: 'a.arrow', place: 'a batch', offset: 0 };

export function bodyOf({ nodes, buffers, variadicCounts = [], compression }: BatchParts): BatchBody {
  const chunks: Buffer[] = [];
  let at = 0;
  const places = buffers.map((each) => {
    const bytes = Buffer.from(each.buffer, each.byteOffset, each.byteLength);
    const offset = at;
    const padded = Math.ceil(bytes.length / 8) * 8;
    chunks.push(bytes, Buffer.alloc(padded - bytes.length));
    at += padded;
    return { offset, length: bytes.length };
  });
  const header: BatchHeader = {
    rowCount: nodes[0]?.[0] ?? 0,
    nodes: nodes.map(([length, nullCount]): ArrowNode => ({ length, nullCount })),
    buffers: places,
    compression,
    variadicCounts,
  };
  return new BatchBody(new ByteArraySource(Buffer.concat(chunks), 'a.arrow'), 0, at, header, PLACE);
}

const NO_DICTIONARIES: DictionaryValues = () =>
  missingVector({ name: 'x', type: { kind: 'string' }, nullable: true }, 0);

/** The one column of a batch. */
export function decodeParts(field: ArrowField, parts: BatchParts, dictionaries = NO_DICTIONARIES): Vector {
  const body = bodyOf(parts);
  const [plan] = planColumns([field], [{ index: 0 }], body.header, PLACE);
  if (plan === undefined) return missingVector({ ...field, type: { kind: 'null' } }, 0);
  body.load(buffersOf(plan));
  return decodeColumn(plan, body, dictionaries);
}
