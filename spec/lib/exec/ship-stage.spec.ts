import { describe, expect, it } from 'vitest';
import { stageId } from '../../../lib/base/ids.ts';
import { reviveStage, shipStage } from '../../../lib/exec/ship-stage.ts';
import type { StageWork } from '../../../lib/exec/task.ts';
import { RangeNode } from '../../../lib/lineage/nodes/range-node.ts';
import { StepNode } from '../../../lib/lineage/nodes/step-node.ts';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { origin } from '../../support/scan-task.ts';
import { describeTask, runOn, taskBench } from './support/task-bench.ts';

async function travel(work: StageWork): Promise<StageWork> {
  const shipped = structuredClone(await shipStage(stageId(0), work));
  return reviveStage(shipped, { fileSystem: new MemoryFileSystem(), recordsOfSlice: () => [] });
}

describe('a stage that travels', () => {
  it('gives what it gives in the driver', async () => {
    const factor = 3;
    const range = new RangeNode(origin('range'), 0, 10, 1, 2);
    const scaled = new StepNode(origin('map'), range, { kind: 'map', f: (n) => (n as number) * factor });
    const work = await travel({ kind: 'result', node: scaled, action: { kind: 'collect' } });
    expect(await runOn(taskBench(), describeTask(work, 1))).toMatchObject({ value: [15, 18, 21, 24, 27] });
  });
});
