import type { CaptureGraph } from './capture-graph.ts';
import { NodeTag } from './packet.ts';
import type { TravelToken } from './well-known.ts';

/** Writes a handle that travels by kind and id. */
export function writeToken(graph: CaptureGraph, node: number, token: TravelToken): number {
  graph.out.string(token.kind);
  graph.setPlace(node, { tokenId: token.id });
  graph.writeValue(token.init, node, { text: '' });
  graph.writeValue(token.identity, node, { text: '' });
  // A value that is built in the worker is known by what builds it; any other by what its owner says.
  if (token.init === undefined && token.identity === undefined) graph.markVolatile(node);
  return NodeTag.TOKEN;
}
