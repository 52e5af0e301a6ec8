import type { LineageNode } from '../lineage/lineage-node.ts';
import { type CodegenMode, FusedChain } from './fused-chain.ts';
import { sinkSignature } from './loop-cache.ts';
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

  /** The chain of `pipeline`, which ends in `node`, into such a sink. */
  get(node: LineageNode, pipeline: Pipeline, sink: Sink): FusedChain {
    // The steps count, too: a dataset kept in blocks is computed by its steps and then read without them.
    return this.#find(`${node.id}-${pipeline.steps.length}-${sink.kind}`, node, pipeline, sink);
  }

  /** A chain without steps: records go straight into the sink. `purpose` tells it from others of the node. */
  getPlain(node: LineageNode, purpose: string, sink: Sink): FusedChain {
    return this.#find(`${node.id}-${purpose}`, node, undefined, sink);
  }

  /** All chains made so far, for specs and `explain`. */
  all(): readonly FusedChain[] {
    return [...this.#chains.values()];
  }

  #find(key: string, node: LineageNode, pipeline: Pipeline | undefined, sink: Sink): FusedChain {
    let chain = this.#chains.get(key);
    if (chain === undefined) {
      const nodes = pipeline?.steps ?? [];
      chain = new FusedChain(
        nodes.map(({ step }) => step),
        sink.kind,
        this.#mode,
        `stage${this.#stage}-${key}`,
        nodes.map(({ callSite }) => callSite.position),
        `${node.callSite.position} ${sinkSignature(sink)}`,
      );
      this.#chains.set(key, chain);
    }
    return chain;
  }
}
