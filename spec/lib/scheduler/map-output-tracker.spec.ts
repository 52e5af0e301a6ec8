import { describe, expect, it } from 'vitest';
import { runId, shuffleId, taskId } from '../../../lib/base/ids.ts';
import { MapOutputTracker } from '../../../lib/scheduler/map-output-tracker.ts';
import type { MapOutput } from '../../../storage/shuffle/map-output.ts';

const SHUFFLE = shuffleId(3);

function output(mapIndex: number, task: number): MapOutput {
  return { shuffleId: SHUFFLE, mapIndex, taskId: taskId(task), partitionBytes: [1], partitionRows: [1] };
}

function trackerWith(maps: number, ...outputs: MapOutput[]): MapOutputTracker {
  const tracker = new MapOutputTracker();
  tracker.registerShuffle(SHUFFLE, maps);
  for (const each of outputs) tracker.register(each);
  return tracker;
}

describe('the tracker of map outputs', () => {
  it('has a shuffle complete once each map partition has its output', () => {
    const tracker = trackerWith(2, output(1, 10));
    expect(tracker.isComplete(SHUFFLE)).toBe(false);
    expect(tracker.missing(SHUFFLE)).toEqual([0]);
    expect(tracker.findOutputs(SHUFFLE)).toBeUndefined();
    expect(tracker.register(output(0, 11))).toBe(true);
    expect(tracker.isComplete(SHUFFLE)).toBe(true);
    expect(tracker.findOutputs(SHUFFLE)).toEqual([output(0, 11), output(1, 10)]);
  });

  it('has a shuffle without map partitions complete from the start', () => {
    expect(trackerWith(0).isComplete(SHUFFLE)).toBe(true);
    expect(trackerWith(0).findOutputs(SHUFFLE)).toEqual([]);
  });

  it('does not know a shuffle no one announced', () => {
    const tracker = new MapOutputTracker();
    expect(tracker.isComplete(SHUFFLE)).toBe(false);
    expect(tracker.findOutputs(SHUFFLE)).toBeUndefined();
    expect(tracker.unregister(SHUFFLE, 0)).toBe(false);
    expect(() => tracker.missing(SHUFFLE)).toThrow(/INTERNAL.*not registered/);
    expect(() => tracker.register(output(0, 1))).toThrow(/INTERNAL.*not registered/);
  });

  it('keeps the first output of a map partition until it is lost', () => {
    const tracker = trackerWith(1, output(0, 10));
    expect(tracker.register(output(0, 11))).toBe(false);
    expect(tracker.findOutputs(SHUFFLE)?.[0]?.taskId).toBe(10);
    tracker.unregister(SHUFFLE, 0);
    expect(tracker.register(output(0, 11))).toBe(true);
    expect(tracker.findOutputs(SHUFFLE)?.[0]?.taskId).toBe(11);
  });

  it('forgets one output and no other', () => {
    const tracker = trackerWith(3, output(0, 10), output(1, 11), output(2, 12));
    expect(tracker.unregister(SHUFFLE, 1)).toBe(true);
    expect(tracker.unregister(SHUFFLE, 1)).toBe(false);
    expect(tracker.unregister(SHUFFLE, 9)).toBe(false);
    expect(tracker.missing(SHUFFLE)).toEqual([1]);
  });

  it('does not forget the output that took the place of a lost one', () => {
    const tracker = trackerWith(1, output(0, 11));
    expect(tracker.unregister(SHUFFLE, 0, { taskId: taskId(10) })).toBe(false);
    const from = { run: runId('beef0001'), shuffleId: SHUFFLE, taskId: taskId(11) };
    expect(tracker.unregister(SHUFFLE, 0, { taskId: taskId(11), from })).toBe(false);
    expect(tracker.isComplete(SHUFFLE)).toBe(true);
    expect(tracker.unregister(SHUFFLE, 0, { taskId: taskId(11) })).toBe(true);
  });

  it('gives readers outputs that do not change under them, and the same ones while nothing changed', () => {
    const tracker = trackerWith(1, output(0, 10));
    const before = tracker.findOutputs(SHUFFLE);
    expect(tracker.findOutputs(SHUFFLE)).toBe(before);
    tracker.unregister(SHUFFLE, 0);
    tracker.register(output(0, 11));
    expect(before).toEqual([output(0, 10)]);
    expect(tracker.findOutputs(SHUFFLE)).toEqual([output(0, 11)]);
  });

  it('has an epoch that rises with each change, and with nothing else', () => {
    const tracker = trackerWith(1);
    const epochs = [tracker.epoch];
    tracker.register(output(0, 10));
    epochs.push(tracker.epoch);
    tracker.register(output(0, 11));
    tracker.findOutputs(SHUFFLE);
    epochs.push(tracker.epoch);
    tracker.unregister(SHUFFLE, 0);
    epochs.push(tracker.epoch);
    tracker.forgetShuffle(SHUFFLE);
    epochs.push(tracker.epoch);
    tracker.forgetShuffle(SHUFFLE);
    epochs.push(tracker.epoch);
    expect(epochs).toEqual([0, 1, 1, 2, 3, 3]);
    expect(tracker.shuffleIds).toEqual([]);
  });

  it('keeps what it has when a shuffle is announced again, and refuses another number of maps', () => {
    const tracker = trackerWith(2, output(0, 10));
    tracker.registerShuffle(SHUFFLE, 2);
    expect(tracker.missing(SHUFFLE)).toEqual([1]);
    expect(() => tracker.registerShuffle(SHUFFLE, 3)).toThrow(/INTERNAL.*has 2 maps, not 3/);
    expect(() => tracker.register(output(2, 1))).toThrow(/INTERNAL.*no map partition 2/);
  });

  it('has each map partition counted once, whatever becomes of its output, and forgets with the shuffle', () => {
    const tracker = trackerWith(2, output(0, 10));
    expect([tracker.countOnce(SHUFFLE, 0), tracker.countOnce(SHUFFLE, 0), tracker.countOnce(SHUFFLE, 1)]).toEqual([
      true,
      false,
      true,
    ]);
    tracker.unregister(SHUFFLE, 0);
    tracker.register(output(0, 11));
    expect(tracker.countOnce(SHUFFLE, 0)).toBe(false);
    tracker.forgetShuffle(SHUFFLE);
    expect(tracker.countOnce(SHUFFLE, 0)).toBe(false);
    tracker.registerShuffle(SHUFFLE, 2);
    expect(tracker.countOnce(SHUFFLE, 0)).toBe(true);
  });

  it('takes over what an earlier process committed', () => {
    const tracker = new MapOutputTracker();
    tracker.restore(SHUFFLE, 2, [output(1, 5)]);
    expect(tracker.isRestored(SHUFFLE)).toBe(true);
    expect(tracker.missing(SHUFFLE)).toEqual([0]);
    expect(() => tracker.restore(SHUFFLE, 2, [])).toThrow(/INTERNAL.*known already/);
    expect(trackerWith(1).isRestored(SHUFFLE)).toBe(false);
  });
});
