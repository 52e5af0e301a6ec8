import type { ByteReader } from '../../formats/bytes/byte-reader.ts';
import type { CaptureGraph } from './capture-graph.ts';
import { NodeTag } from './packet.ts';
import { type PortableMark, portableMark } from './portable.ts';
import { readValue } from './write-value.ts';

/** Writes what travels by name and gives its node's tag; undefined for everything else. */
export function writePortable(graph: CaptureGraph, node: number, value: object): number | undefined {
  const mark = portableMark(value);
  if (mark === undefined) return undefined;
  const { name, parameters } = mark;
  graph.out.string(name);
  graph.out.u8(parameters === undefined ? 0 : 1);
  if (parameters === undefined) return NodeTag.PORTABLE;
  graph.out.varint(parameters.length);
  for (const [i, parameter] of parameters.entries()) {
    const other = graph.writeValue(parameter, node, i);
    if (other >= 0) graph.needs(node, other);
  }
  return NodeTag.PORTABLE;
}

/** Reads what `writePortable` wrote. */
export function readPortable(input: ByteReader, nodeAt: (node: number) => unknown): PortableMark {
  const name = input.string();
  if (input.u8() === 0) return { name, parameters: undefined };
  const parameters: unknown[] = [];
  for (let rest = input.count(); rest > 0; rest--) parameters.push(readValue(input, nodeAt));
  return { name, parameters };
}
