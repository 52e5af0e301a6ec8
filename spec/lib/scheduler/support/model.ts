import type { ShuffleId, TaskId } from '../../../../lib/base/ids.ts';
import { NO_METRICS } from '../../../../lib/events/engine-event.ts';
import type { TaskDescription, TaskOutcome } from '../../../../lib/exec/task.ts';
import type { ShuffleDependency } from '../../../../lib/lineage/dependency.ts';
import type { LineageNode } from '../../../../lib/lineage/lineage-node.ts';
import { UnionNode } from '../../../../lib/lineage/nodes/union-node.ts';
import { succeeded } from './fake-executor.ts';
import { Lineage } from './lineages.ts';

type ReadShuffle = (dependency: ShuffleDependency, partition: number) => number;
type ReadBlock = (node: LineageNode, partition: number) => number | undefined;

/** A number that depends on everything a partition is computed from. */
function compute(node: LineageNode, partition: number, readShuffle: ReadShuffle, readBlock: ReadBlock): number {
  const block = readBlock(node, partition);
  if (block !== undefined) return block;
  if (node instanceof UnionNode) {
    const split = node.partitions[partition]?.split as { readonly parent: number; readonly partition: number };
    return mix(node.id, compute(node.parents[split.parent] as LineageNode, split.partition, readShuffle, readBlock));
  }
  let value = mix(node.id + 1, partition);
  for (const dependency of node.dependencies) {
    const input =
      dependency.kind === 'shuffle'
        ? readShuffle(dependency, partition)
        : compute(dependency.parent, partition, readShuffle, readBlock);
    value = mix(value, input);
  }
  return value;
}

function mix(a: number, b: number): number {
  const h = Math.imul(a ^ (b + 0x9e3779b9), 0x85ebca6b);
  return (h ^ (h >>> 13)) | 0;
}

/** What a partition is, without any engine. */
export class Model {
  readonly #known = new Map<LineageNode, Map<number, number>>();

  value(node: LineageNode, partition: number): number {
    let known = this.#known.get(node);
    if (known === undefined) {
      known = new Map();
      this.#known.set(node, known);
    }
    let value = known.get(partition);
    if (value === undefined) {
      const readBlock = (each: LineageNode, p: number) => (each === node ? undefined : this.value(each, p));
      value = compute(node, partition, (dependency, p) => this.#shuffled(dependency, p), readBlock);
      known.set(partition, value);
    }
    return value;
  }

  #shuffled({ parent }: ShuffleDependency, partition: number): number {
    return parent.partitions.reduce((sum, { index }) => mix(sum, mix(this.value(parent, index), partition)), 0);
  }
}

class Missing extends Error {
  readonly shuffleId: ShuffleId;
  readonly mapIndex: number;

  constructor(shuffleId: ShuffleId, mapIndex: number) {
    super(`map ${mapIndex} of shuffle ${shuffleId} is gone`);
    this.shuffleId = shuffleId;
    this.mapIndex = mapIndex;
  }
}

/** Files and blocks that tasks leave and read, and that can be lost. */
export class ModelStorage {
  /** What map tasks wrote: the value of their partition. */
  readonly files = new Map<TaskId, number>();
  readonly cached = new Set<LineageNode>();
  readonly #model: Model;

  constructor(model: Model) {
    this.#model = model;
  }

  /** Runs a task on what is there now. */
  run(task: TaskDescription): TaskOutcome {
    const { work, partition, shuffles } = task;
    const readShuffle: ReadShuffle = ({ shuffleId }, p) => {
      const outputs = shuffles.get(shuffleId);
      if (outputs === undefined) throw new Missing(shuffleId, -1);
      return outputs.reduce((sum, { taskId, mapIndex }) => {
        const value = this.files.get(taskId);
        if (value === undefined) throw new Missing(shuffleId, mapIndex);
        return mix(sum, mix(value, p));
      }, 0);
    };
    const readBlock: ReadBlock = (node, p) => (this.cached.has(node) ? this.#model.value(node, p) : undefined);
    try {
      const value = compute(work.node, partition, readShuffle, readBlock);
      if (work.kind === 'shuffle-map') this.files.set(task.taskId, value);
      return succeeded(task, value);
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      const { shuffleId, mapIndex } = error;
      return { kind: 'fetch-failed', shuffleId, mapIndex, error, metrics: NO_METRICS };
    }
  }
}

/** Up to a dozen nodes on top of each other, of all kinds; each can be the end of a job. */
export function randomLineage(random: (bound: number) => number): LineageNode[] {
  const lineage = new Lineage();
  const nodes: LineageNode[] = [lineage.collection(1 + random(3))];
  const any = () => nodes[random(nodes.length)] as LineageNode;
  const size = 2 + random(11);
  while (nodes.length < size) {
    const kind = random(6);
    if (kind === 0) nodes.push(lineage.collection(1 + random(3)));
    else if (kind === 1) nodes.push(lineage.map(any()));
    else if (kind === 2) nodes.push(lineage.coGroup(1 + random(3), any(), any()));
    else if (kind === 3) {
      const [left, right] = [any(), any()];
      if (left.partitions.length + right.partitions.length <= 6) nodes.push(lineage.union(left, right));
    } else nodes.push(lineage.shuffled(any(), 1 + random(3)));
  }
  return nodes;
}
