import type { Rdd } from '../../lib/index.ts';
import { checkId, checkNumber, invalidArgument } from './check.ts';
import type { Id } from './id.ts';

/** A link between two vertices. */
export interface Edge {
  readonly from: Id;
  readonly to: Id;
  /** Its share of what `from` gives away, compared with that vertex's other edges. Default 1. */
  readonly weight?: number | undefined;
}

/** Checks each edge when it is read: INVALID_ARGUMENT, in a failed job, for bad ids and for negative weights. */
export function checkedEdges(method: string, edges: Rdd<Edge>): Rdd<Edge> {
  return edges.map((edge) => {
    if (typeof edge !== 'object' || edge === null) throw invalidArgument(method, 'edge', 'a { from, to }', edge);
    checkId(method, 'from', edge.from);
    checkId(method, 'to', edge.to);
    if (edge.weight !== undefined) checkNumber(method, 'weight', edge.weight, 0);
    return edge;
  });
}
