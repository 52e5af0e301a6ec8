import type { LineageGraph, LineageNodeRow } from '../lib/index.ts';
import { type LineageDetails, NO_DETAILS, shortFingerprint } from './lineage-details.ts';
import { printable } from './print-table.ts';

/**
 * A lineage for Graphviz: `cairn lineage --format dot | dot -Tsvg`. Inputs above, shuffles as bold arrows, persisted
 * datasets filled. A dataset in which stages end tells them, and what they took.
 */
export function printDot({ nodes, edges }: LineageGraph, details: LineageDetails = NO_DETAILS): string {
  const lines = ['digraph lineage {', '  node [shape=box, fontname="Helvetica", fontsize=11];'];
  for (const row of nodes) {
    const fill = row.storageLevel === null ? '' : ', style=filled, fillcolor="lightgoldenrod1"';
    lines.push(`  n${row.node} [label=${quote(labelOf(row, details))}${fill}];`);
  }
  for (const { parent, child, kind, shuffle } of edges) {
    const style = kind === 'shuffle' ? ` [style=bold, label=${quote([`shuffle ${shuffle}`])}]` : '';
    lines.push(`  n${parent} -> n${child}${style};`);
  }
  return `${lines.join('\n')}\n}\n`;
}

function labelOf(row: LineageNodeRow, { stageAt, checkpointOf }: LineageDetails): string[] {
  const { node, name, className, callSiteShort, partitionCount, storageLevel, fingerprint } = row;
  const more = [storageLevel, checkpointOf.get(node), stageAt.get(node), shortFingerprint(fingerprint)];
  return [
    ...(name === null ? [] : [name]),
    `${className}[${node}]`,
    callSiteShort,
    `${partitionCount} ${partitionCount === 1 ? 'partition' : 'partitions'}`,
    ...more.filter((line): line is string => typeof line === 'string'),
  ];
}

/** A string of the language: backslashes would begin an escape, such as `\N` for the node's name. */
function quote(lines: readonly string[]): string {
  return `"${lines.map((line) => printable(line).replaceAll(/["\\]/g, '\\$&')).join('\\n')}"`;
}
