/** What fingerprints follow from one to the next: what a dataset is computed from, and what gives its ranges their bounds. */
import type { Dependency } from './dependency.ts';
import { inputsFirst } from './inputs-first.ts';
import type { LineageNode } from './lineage-node.ts';
import { type Partitioner, RangePartitioner } from './partitioner.ts';
import { sampledInput } from './range-sampling.ts';

type InputsOf = (node: LineageNode) => readonly LineageNode[];

/** A node and its inputs, inputs first; what is beyond nodes where `stopAt` holds is left out. Iterative. */
export function walkInputs(
  root: LineageNode,
  stopAt: (node: LineageNode) => boolean,
  inputsOf: InputsOf = fingerprintInputs,
): LineageNode[] {
  return inputsFirst(root, (node) => (stopAt(node) ? [] : inputsOf(node)));
}

/** What a node's fingerprint is made from besides its own parts: what it reads, and what gives its partitioners their bounds. */
export function fingerprintInputs(node: LineageNode): readonly LineageNode[] {
  const inputs = [...parentsOf(node)];
  for (const partitioner of partitionersOf(node)) {
    const sampled = partitioner instanceof RangePartitioner ? sampledInput(partitioner) : undefined;
    if (sampled !== undefined) inputs.push(sampled);
  }
  return inputs;
}

/** What a node reads. */
export function parentsOf(node: LineageNode): readonly LineageNode[] {
  return dependenciesOf(node).map(({ parent }) => parent);
}

/**
 * What one stage computes: a node and what it reads through narrow dependencies, inputs first, as far as checkpoints, and
 * nodes where `stopAt` holds: these are the first it reads.
 */
export function stageNodes(node: LineageNode, stopAt: (node: LineageNode) => boolean = () => false): LineageNode[] {
  return inputsFirst(node, (at) =>
    stopAt(at) ? [] : dependenciesOf(at).flatMap(({ kind, parent }) => (kind === 'narrow' ? [parent] : [])),
  );
}

/** Without a checkpoint that has taken the place of what was there: a dataset is what it was computed from. */
export function dependenciesOf(node: LineageNode): readonly Dependency[] {
  return node.checkpoint === undefined ? node.dependencies : [];
}

/** The partitioners of a node and of its shuffles, each once. */
export function partitionersOf(node: LineageNode): readonly Partitioner[] {
  const found = new Set(dependenciesOf(node).flatMap((each) => (each.kind === 'shuffle' ? [each.partitioner] : [])));
  if (node.partitioner !== undefined) found.add(node.partitioner);
  return [...found];
}
