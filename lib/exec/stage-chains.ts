import type { LineageNode } from '../lineage/lineage-node.ts';
import { type CodegenMode, FusedChain } from './fused-chain.ts';
import type { Pipeline } from './pipeline.ts';
import type { Sink } from './sink.ts';

/** The compiled chains of one stage: each is made when a task first needs it and serves all tasks of the stage. */
export class StageChains {
  readonly #chains = new Map<string, FusedChain>();
  readonly #mode: CodegenMode;
  readonly #stage: number;

  constructor(stage: number, mode: CodegenMode) {
    this.#stage = stage;
    this.#mode = mode;
  }

  /** The chain of `pipeline`, which ends in `node`, with a sink of this kind. */
  get(node: LineageNode, pipeline: Pipeline, sinkKind: Sink['kind']): FusedChain {
    return this.#find(`${node.id}-${sinkKind}`, pipeline, sinkKind);
  }

  /** A chain without steps: records go straight into the sink. `purpose` tells it from others of the node. */
  getPlain(node: LineageNode, purpose: string, sinkKind: Sink['kind']): FusedChain {
    return this.#find(`${node.id}-${purpose}`, undefined, sinkKind);
  }

  /** All chains made so far, for specs and `explain`. */
  all(): readonly FusedChain[] {
    return [...this.#chains.values()];
  }

  #find(key: string, pipeline: Pipeline | undefined, sinkKind: Sink['kind']): FusedChain {
    let chain = this.#chains.get(key);
    if (chain === undefined) {
      const steps = pipeline?.steps.map((node) => node.step) ?? [];
      chain = new FusedChain(steps, sinkKind, this.#mode, `stage${this.#stage}-${key}`);
      this.#chains.set(key, chain);
    }
    return chain;
  }
}
