import type { LineageEdgeRow, LineageGraph, LineageNodeRow } from '../lib/index.ts';
import { type LineageDetails, NO_DETAILS, shortFingerprint } from './lineage-details.ts';
import { printable } from './print-table.ts';

/** Beyond this an indentation is cut off at the left: a thousand shuffles in a row need no thousand levels. */
const LONGEST_PREFIX = 160;

interface Entry {
  readonly node: number;
  readonly prefix: string;
  readonly isShuffle: boolean;
  readonly isLast: boolean;
}

/**
 * A lineage as `toDebugString` prints it: what is computed first, its inputs below it. A shuffle indents, `(n)` counts
 * partitions where a stage ends, and a dataset in brackets has its storage level. Every dataset is told once: where it
 * is met again, its line ends in `(above)`. Datasets from which nothing else is computed start a paragraph each. What is
 * known besides follows: a checkpoint, the stages that end there with what they took, the beginning of the fingerprint.
 */
export function printLineage({ nodes, edges }: LineageGraph, details: LineageDetails = NO_DETAILS): string {
  const rows = new Map<number, LineageNodeRow>(nodes.map((row) => [row.node, row]));
  const inputs = new Map<number, LineageEdgeRow[]>();
  for (const edge of edges) {
    const known = inputs.get(edge.child);
    if (known === undefined) inputs.set(edge.child, [edge]);
    else known.push(edge);
  }
  const used = new Set<number>(edges.map(({ parent }) => parent));
  const told = new Set<number>();
  const paragraphs = nodes
    .filter(({ node }) => !used.has(node))
    .map(({ node }) => printFrom(node, rows, inputs, told, details).join('\n'));
  return paragraphs.map((paragraph) => `${paragraph}\n`).join('\n');
}

function printFrom(
  root: number,
  rows: ReadonlyMap<number, LineageNodeRow>,
  inputs: ReadonlyMap<number, readonly LineageEdgeRow[]>,
  told: Set<number>,
  details: LineageDetails,
): string[] {
  const lines: string[] = [];
  const stack: Entry[] = [];
  const tell = (node: number, start: string, prefix: string) => {
    const isNew = !told.has(node);
    told.add(node);
    const edges = inputs.get(node) ?? [];
    lines.push(
      `${start}${describe(node, rows.get(node), isNew ? details : NO_DETAILS)}${isNew || edges.length === 0 ? '' : ' (above)'}`,
    );
    if (!isNew) return;
    const entries = edges.map(({ parent, kind }, i) => {
      return { node: parent, prefix, isShuffle: kind === 'shuffle', isLast: i === edges.length - 1 };
    });
    // The first one comes off the stack first.
    stack.push(...entries.reverse());
  };

  const mark = markOf(rows.get(root));
  tell(root, `${mark} `, gutterOf(mark));
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    const { node, prefix, isShuffle, isLast } = entry;
    if (!isShuffle) {
      tell(node, prefix, prefix);
      continue;
    }
    const trunk = prefix.replace(/\|\s+$/, '');
    const here = markOf(rows.get(node));
    tell(node, `${trunk}+-${here} `, clip(`${trunk}${isLast ? '  ' : '| '}${gutterOf(here)}`));
  }
  return lines;
}

function describe(node: number, row: LineageNodeRow | undefined, { checkpointOf, stageAt }: LineageDetails): string {
  if (row === undefined) return `[${node}] (not on record)`;
  const name = row.name === null ? '' : `${row.name} `;
  const level = row.storageLevel === null ? '' : ` [${row.storageLevel}]`;
  const more = [checkpointOf.get(node), stageAt.get(node), shortFingerprint(row.fingerprint)];
  const known = more.flatMap((each) => (each === undefined ? [] : [`  ${each}`])).join('');
  return printable(`${name}${row.className}[${node}] at ${row.callSiteShort}${level}${known}`);
}

function markOf(row: LineageNodeRow | undefined): string {
  return `(${row?.partitionCount ?? '?'})`;
}

/** A bar below the middle of the mark. */
function gutterOf(mark: string): string {
  const offset = Math.floor((mark.length - 1) / 2);
  return `${' '.repeat(offset)}|${' '.repeat(mark.length - offset)}`;
}

function clip(prefix: string): string {
  return prefix.length <= LONGEST_PREFIX ? prefix : `…${prefix.slice(-LONGEST_PREFIX)}`;
}
