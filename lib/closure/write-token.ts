import type { CaptureGraph } from './capture-graph.ts';
import { NodeTag } from './packet.ts';
import type { TravelToken } from './well-known.ts';

/** Writes a handle that travels by kind and id. */
export function writeToken(graph: CaptureGraph, node: number, token: TravelToken): number {
  graph.out.string(token.kind);
  graph.setPlace(node, { tokenId: token.id });
  const { identity } = token;
  const madeOf = token.init ?? token.parts;
  graph.writeValue(madeOf, node, { text: '' });
  graph.writeValue(identity, node, { text: '' });
  // A value that is built in the worker is known by what builds it; any other by what its owner says.
  if (madeOf === undefined && identity === undefined) graph.markVolatile(node);
  return NodeTag.TOKEN;
}
