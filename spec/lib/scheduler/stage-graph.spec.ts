import { describe, expect, it } from 'vitest';
import { jobId, stageId } from '../../../lib/base/ids.ts';
import type { LineageNode } from '../../../lib/lineage/lineage-node.ts';
import { buildResultStage } from '../../../lib/scheduler/stage-builder.ts';
import { firstJobOf, StageGraph, type StageState, taskCount } from '../../../lib/scheduler/stage-graph.ts';
import { allOf, callSite, Lineage } from './support/lineages.ts';

function addJob(graph: StageGraph, job: number, node: LineageNode): StageState {
  const plan = buildResultStage(
    { node, partitions: allOf(node), action: { kind: 'count' }, callSite: callSite('count', 9) },
    {
      materialized: { isFullyCached: () => false },
      findStage: (id) => graph.findStage(id),
      nextStageId: graph.nextStageId,
    },
  );
  const result = graph.add(plan);
  graph.link(jobId(job), result);
  return result;
}

const ids = (states: readonly StageState[]) => states.map(({ stage }) => stage.id);

describe('the graph of stages', () => {
  const lineage = new Lineage();
  const inner = lineage.shuffled(lineage.collection(3), 2);
  const outer = lineage.shuffled(inner, 4);

  it('knows stages by id, by shuffle and by job', () => {
    const graph = new StageGraph();
    const result = addJob(graph, 0, outer);
    expect(graph.size).toBe(3);
    expect(graph.find(stageId(2))).toBe(result);
    expect(graph.findByShuffle(inner.shuffle.shuffleId)?.stage.id).toBe(0);
    expect(graph.findStage(outer.shuffle.shuffleId)?.id).toBe(1);
    expect(ids(graph.stagesOf(jobId(0)))).toEqual([0, 1, 2]);
    expect([...result.parents].map(({ stage }) => stage.id)).toEqual([1]);
    expect(ids([...result.parents])).toEqual([1]);
    expect(result.withoutValue).toEqual(new Set([0, 1, 2, 3]));
    expect([0, 1, 2].map((id) => taskCount((graph.find(stageId(id)) as StageState).stage))).toEqual([3, 2, 4]);
  });

  it('keeps a stage as long as any job needs it', () => {
    const graph = new StageGraph();
    addJob(graph, 0, outer);
    const second = addJob(graph, 1, inner);
    expect(ids(graph.stagesOf(jobId(1)))).toEqual([0, 3]);
    expect(ids(graph.unlink(jobId(0)))).toEqual([1, 2]);
    expect(graph.find(stageId(0))?.jobs).toEqual(new Set([1]));
    expect(graph.findStage(outer.shuffle.shuffleId)).toBeUndefined();
    expect(firstJobOf(second)).toBe(1);
    expect(ids(graph.unlink(jobId(1)))).toEqual([0, 3]);
    expect(graph.size).toBe(0);
    expect(graph.unlink(jobId(1))).toEqual([]);
  });

  it('links each stage once, and those that came later', () => {
    const graph = new StageGraph();
    const result = addJob(graph, 0, inner);
    expect(graph.link(jobId(0), result)).toEqual([]);
    const other = addJob(graph, 1, new Lineage().collection(1));
    expect(ids(graph.link(jobId(0), other))).toEqual([other.stage.id]);
    expect(firstJobOf(other)).toBe(0);
  });

  it('takes a removed stage off the lists of those it waited for', () => {
    const graph = new StageGraph();
    addJob(graph, 0, inner);
    const second = addJob(graph, 1, inner);
    const [shared] = second.parents;
    second.waitingFor.add(shared as StageState);
    shared?.waiters.add(second);
    graph.unlink(jobId(1));
    expect(shared?.waiters.size).toBe(0);
  });
});
