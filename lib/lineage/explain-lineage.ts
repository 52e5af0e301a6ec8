/**
 * `toDebugString`: a lineage as Spark prints it, line for line.
 *
 * Shuffles indent, narrow steps do not; `(n)` counts partitions where a stage ends. The storage level of the dataset
 * asked about stands on every line, as in Spark. A dataset reached along two paths is printed twice.
 */
import { describeLevel } from '../../storage/block/storage-level.ts';
import { formatByteSize } from '../base/byte-size.ts';
import type { NodeId } from '../base/ids.ts';
import { describeCallSite } from './call-site.ts';
import { findPartitions } from './find-partitions.ts';
import type { LineageNode } from './lineage-node.ts';

/** What is stored of a dataset. */
export interface CachedBlocks {
  readonly cachedPartitions: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
}

/** Iterating over a dataset that is used twice a round doubles the lines each round: at some point nobody reads on. */
const MAX_LINES = 100_000;

/** `[name ]Class[id] at method at file:line`. */
export function describeNode(node: LineageNode): string {
  const name = node.name === undefined ? '' : `${node.name} `;
  return `${name}${node.className}[${node.id}] at ${describeCallSite(node.callSite)}`;
}

/** The lineage of `root` as text, without a line break at its end. At most 100,000 lines; a last line `…` says so. */
export function explainLineage(root: LineageNode, blocksOf: (id: NodeId) => CachedBlocks): string {
  const level = describeLevel(root.storageLevel);
  const lines: string[] = [];
  const write = (node: LineageNode, first: string, further: string): void => {
    lines.push(`${first}${describeNode(node)} [${level}]`);
    // Of a node that was truncated, what it was computed from is not said.
    if (node.checkpoint === undefined) for (const detail of node.details) lines.push(`${further}    ${detail}`);
    const { cachedPartitions, memoryBytes, diskBytes } = blocksOf(node.id);
    if (!node.isPersisted || cachedPartitions === 0 || memoryBytes + diskBytes === 0) return;
    const sizes = `MemorySize: ${formatByteSize(memoryBytes)}; DiskSize: ${formatByteSize(diskBytes)}`;
    lines.push(`${further}    CachedPartitions: ${cachedPartitions}; ${sizes}`);
  };
  const count = partitionMark(root);
  const gutter = gutterOf(count);
  write(root, `${count} `, `${gutter} `);

  const stack = entriesOf(root, gutter);
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    if (lines.length >= MAX_LINES) {
      lines.push('…');
      break;
    }
    const { node, prefix } = entry;
    if (!entry.isShuffle) {
      write(node, prefix, prefix);
      stack.push(...entriesOf(node, prefix));
      continue;
    }
    const trunk = prefix.replace(/\|\s+$/, '');
    const mark = partitionMark(node);
    const below = `${trunk}${entry.isLast ? '  ' : '| '}${gutterOf(mark)}`;
    write(node, `${trunk}+-${mark} `, below);
    stack.push(...entriesOf(node, below));
  }
  return lines.join('\n');
}

interface Entry {
  readonly node: LineageNode;
  readonly prefix: string;
  readonly isShuffle: boolean;
  readonly isLast: boolean;
}

/** The parents of a node, the first one last: it comes off the stack first. */
function entriesOf(node: LineageNode, prefix: string): Entry[] {
  const last = node.dependencies.length - 1;
  return node.dependencies
    .map(({ kind, parent }, i) => ({ node: parent, prefix, isShuffle: kind === 'shuffle', isLast: i === last }))
    .reverse();
}

function partitionMark(node: LineageNode): string {
  return `(${findPartitions(node).length})`;
}

/** A bar below the middle of the mark. */
function gutterOf(mark: string): string {
  const offset = Math.floor((mark.length - 1) / 2);
  return `${' '.repeat(offset)}|${' '.repeat(mark.length - offset)}`;
}
