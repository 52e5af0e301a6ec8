/** What `MemoryFileSystem` holds after a power cut: durable state, and as much of the rest as a mode lets survive. */
import { DirectoryNode, FileNode, LinkNode, type Node } from './memory-inode.ts';
import { seededRandom } from './seeded-random.ts';

/**
 * What survives of the operations that were not synced.
 *
 * - `synced`: none of them (the harshest disk).
 * - `all`: every one (kill -9: the kernel lives on).
 * - `prefix`: the first `count` in the order they were made.
 * - `subset`: each with a chance of one half, by `seed`; those that survive keep their order.
 * - `torn`: every change of names; of each write only some 512-byte sectors, by `seed`, the others read as zeros.
 */
export type CrashMode =
  | { readonly keep: 'synced' }
  | { readonly keep: 'all' }
  | { readonly keep: 'prefix'; readonly count: number }
  | { readonly keep: 'subset'; readonly seed: number }
  | { readonly keep: 'torn'; readonly seed: number };

/**
 * Copies the tree below `root` into the empty directory `into`, all of it durable, with what survives of the pending
 * changes. Hard links stay links of one file. Gives the bytes of all files.
 */
export function copyAfterCrash(
  root: DirectoryNode,
  into: DirectoryNode,
  mode: CrashMode,
  changed: Iterable<FileNode | DirectoryNode>,
): number {
  const orders: number[] = [];
  for (const node of changed) for (const change of node.pending) orders.push(change.order);
  const survives = chooser(
    mode,
    orders.sort((a, b) => a - b),
  );
  const random = mode.keep === 'torn' ? seededRandom(mode.seed) : undefined;
  const copies = new Map<Node, Node>();
  let usedBytes = 0;

  const copyFile = (node: FileNode): FileNode => {
    const copy = new FileNode();
    copy.durable.write(0, node.durable.view());
    for (const change of node.pending) {
      if (survives(change.order)) copy.apply(change, random && (() => random() < 0.5));
    }
    copy.live.write(0, copy.durable.view());
    usedBytes += copy.live.size;
    return copy;
  };

  const copyDirectory = (node: DirectoryNode, copy: DirectoryNode): DirectoryNode => {
    for (const [name, child] of node.durable) copy.durable.set(name, child);
    for (const change of node.pending) if (survives(change.order)) copy.apply(change);
    for (const [name, child] of copy.durable) {
      const childCopy = copyNode(child);
      copy.durable.set(name, childCopy);
      copy.live.set(name, childCopy);
    }
    return copy;
  };

  const copyNode = (node: Node): Node => {
    const known = copies.get(node);
    if (known !== undefined || node instanceof LinkNode) return known ?? node;
    const copy = node instanceof FileNode ? copyFile(node) : copyDirectory(node, new DirectoryNode());
    copy.modifiedMs = node.modifiedMs;
    copies.set(node, copy);
    return copy;
  };

  copyDirectory(root, into);
  return usedBytes;
}

function chooser(mode: CrashMode, orders: readonly number[]): (order: number) => boolean {
  switch (mode.keep) {
    case 'synced':
      return () => false;
    case 'all':
    case 'torn':
      return () => true;
    case 'prefix': {
      const kept = new Set(orders.slice(0, mode.count));
      return (order) => kept.has(order);
    }
    case 'subset': {
      const random = seededRandom(mode.seed);
      const kept = new Set(orders.filter(() => random() < 0.5));
      return (order) => kept.has(order);
    }
  }
}
