import { describe, expect, it } from 'vitest';
import { jobId } from '../../../lib/base/ids.ts';
import type { LineageNode } from '../../../lib/lineage/lineage-node.ts';
import type { DagEffect } from '../../../lib/scheduler/dag-event.ts';
import { EffectList } from '../../../lib/scheduler/effect-list.ts';
import { MapOutputTracker } from '../../../lib/scheduler/map-output-tracker.ts';
import { buildResultStage } from '../../../lib/scheduler/stage-builder.ts';
import { StageFlow } from '../../../lib/scheduler/stage-flow.ts';
import { StageGraph, type StageState } from '../../../lib/scheduler/stage-graph.ts';
import { allOf, callSite, Lineage } from './support/lineages.ts';

/** A flow with one job, whose stages are ended by hand. */
function flowFor(node: LineageNode, isFullyCached: (node: LineageNode) => boolean = () => false) {
  const graph = new StageGraph();
  const tracker = new MapOutputTracker();
  const effects = new EffectList();
  const materialized = { isFullyCached };
  const flow = new StageFlow({ graph, tracker, materialized, effects, poolOf: () => 'reports' });
  const request = { node, partitions: allOf(node), action: { kind: 'count' }, callSite: callSite('count', 9) } as const;
  const result = graph.add(buildResultStage(request, flow.context()));
  flow.link(jobId(0), result);
  const stageAt = (id: number) => graph.stagesOf(jobId(0))[id] as StageState;
  const complete = (state: StageState) => {
    if (state.stage.kind !== 'shuffle-map') return;
    for (let mapIndex = 0; mapIndex < state.stage.numPartitions; mapIndex++) {
      const { shuffleId } = state.stage.dependency;
      tracker.register({ shuffleId, mapIndex, taskId: 0 as never, partitionBytes: [], partitionRows: [] });
    }
  };
  return { flow, tracker, effects, result, stageAt, complete };
}

function submitted(effects: readonly DagEffect[]): number[] {
  return effects.flatMap((effect) => (effect.kind === 'submit-tasks' ? [effect.taskSet.stageId] : []));
}

describe('the flow of stages', () => {
  it('starts every stage that misses nothing, and those in wait once the last parent is complete', () => {
    const lineage = new Lineage();
    const left = lineage.shuffled(lineage.collection(1), 1);
    const right = lineage.shuffled(lineage.collection(1), 1);
    const { flow, effects, result, stageAt, complete } = flowFor(lineage.union(left, right));
    flow.submit(result);
    expect(submitted(effects.take())).toEqual([0, 1]);
    expect(result.phase).toBe('waiting');
    complete(stageAt(1));
    flow.finishMapStage(stageAt(1));
    expect(submitted(effects.take())).toEqual([]);
    complete(stageAt(0));
    flow.finishMapStage(stageAt(0));
    expect(submitted(effects.take())).toEqual([2]);
    expect(stageAt(0).phase).toBe('idle');
  });

  it('looks at a stage in wait twice, however many parents it has', () => {
    const lineage = new Lineage();
    const parents = Array.from({ length: 300 }, () => lineage.shuffled(lineage.collection(1), 1));
    const last = lineage.union(...parents);
    let looks = 0;
    const { flow, effects, result, complete } = flowFor(last, (node) => {
      if (node === last) looks++;
      return false;
    });
    flow.submit(result);
    for (const parent of [...result.parents]) {
      complete(parent);
      flow.finishMapStage(parent);
    }
    expect(submitted(effects.take()).at(-1)).toBe(300);
    expect(looks).toBe(2);
  });

  it('submits a stage once, however often it is asked to', () => {
    const { flow, effects, result } = flowFor(new Lineage().collection(1));
    flow.submit(result);
    flow.submit(result);
    expect(submitted(effects.take())).toEqual([0]);
  });

  it('goes on at once where outputs came meanwhile, through any number of stages', () => {
    const lineage = new Lineage();
    let node: LineageNode = lineage.collection(1);
    for (let i = 0; i < 10_000; i++) node = lineage.shuffled(node, 1);
    const { flow, effects, result, stageAt, complete } = flowFor(node);
    flow.submit(result);
    expect(submitted(effects.take())).toEqual([0]);
    const stages = [...Array(10_000).keys()];
    const states = stageAt(0);
    let state: StageState | undefined = states;
    for (const _ of stages) {
      if (state === undefined) break;
      complete(state);
      state = [...state.waiters][0];
    }
    flow.finishMapStage(states);
    expect(submitted(effects.take())).toEqual([10_000]);
  });

  it('asks for one wait for all stages given up, and tries them in order', () => {
    const lineage = new Lineage();
    const shared = lineage.shuffled(lineage.collection(1), 1);
    const left = lineage.shuffled(shared, 1);
    const right = lineage.shuffled(shared, 1);
    const { flow, tracker, effects, result, stageAt, complete } = flowFor(lineage.union(left, right));
    flow.submit(result);
    complete(stageAt(0));
    flow.finishMapStage(stageAt(0));
    effects.take();
    flow.giveUp(stageAt(2), new Error('lost'));
    flow.giveUp(stageAt(1), new Error('lost'));
    expect(effects.take().filter(({ kind }) => kind === 'post-resubmit')).toHaveLength(1);
    tracker.unregister(shared.shuffle.shuffleId, 0);
    flow.resubmit();
    expect(submitted(effects.take())).toEqual([0]);
    complete(stageAt(0));
    flow.finishMapStage(stageAt(0));
    expect(submitted(effects.take())).toEqual([1, 2]);
    flow.giveUp(stageAt(1), new Error('lost'));
    expect(effects.take().map(({ kind }) => kind)).toContain('post-resubmit');
  });

  it('leaves out partitions that still run from an earlier attempt, and hands its pool on', () => {
    const { flow, effects, result } = flowFor(new Lineage().collection(3));
    flow.submit(result);
    result.running.set(1, 7 as never);
    flow.giveUp(result, new Error('lost'));
    effects.take();
    flow.resubmit();
    const [effect] = effects.take().filter(({ kind }) => kind === 'submit-tasks');
    expect(effect).toMatchObject({ taskSet: { stageAttempt: 1, partitions: [0, 2], pool: 'reports' } });
    expect(result.unfinished).toEqual(new Set([0, 1, 2]));
  });

  it('cancels the tasks of a dropped stage only when it has any', () => {
    const { flow, effects, result } = flowFor(new Lineage().collection(1));
    flow.drop(result, new Error('gone'));
    expect(effects.take().map(({ kind }) => kind)).toEqual(['forget-stage']);
    flow.submit(result);
    effects.take();
    flow.drop(result, new Error('gone'));
    expect(effects.take().map(({ kind }) => kind)).toEqual(['cancel-tasks', 'emit', 'forget-stage']);
  });
});
