import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { sharedState } from '../../../lib/base/shared-state.ts';
import { PROJECT_ROOT } from '../../support/source-files.ts';

describe('state that copies of the engine share', () => {
  it('is made once for each name', () => {
    let made = 0;
    const make = () => ({ made: ++made });
    const first = sharedState('spec 1', make);
    expect(sharedState('spec 1', make)).toBe(first);
    expect(sharedState('spec 2', make)).not.toBe(first);
    expect(made).toBe(2);
  });

  it('may be undefined, and is not made again then', () => {
    let made = 0;
    for (let i = 0; i < 2; i++) sharedState('spec 3', () => void made++);
    expect(made).toBe(1);
  });

  it('lets a record class registered by one copy be known to the other', async () => {
    const program = `
      const { parentPort } = require('node:worker_threads');
      const root = ${JSON.stringify(PROJECT_ROOT)};
      (async () => {
        const one = await import(root + '/dist/formats/record/record-class.js');
        const other = await import(root + '/dist/formats/record/record-class.js?copy');
        class Point {}
        one.registerRecordClass({ name: 'point', constructor: Point, toRecord: () => 0, fromRecord: () => new Point() });
        parentPort.postMessage([one === other, other.findClassNamed('point')?.name]);
      })();`;
    const worker = new Worker(program, { eval: true, execArgv: [] });
    const answer = await new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject));
    await worker.terminate();
    expect(answer).toEqual([false, 'point']);
  });
});
