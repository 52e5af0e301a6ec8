import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { flushOutput } from '../../../lib/exec/flush-output.ts';

/** A stream whose writes are taken when it is told. */
class Slow extends Writable {
  readonly taken: string[] = [];
  #next: (() => void) | undefined;

  constructor() {
    super({ decodeStrings: false });
  }

  override _write(chunk: string, _encoding: string, callback: () => void): void {
    this.taken.push(chunk);
    this.#next = callback;
  }

  take(): void {
    this.#next?.();
  }
}

/** Whether it settles in the turns of the event loop that follow. */
async function isSettled(promise: Promise<void>): Promise<boolean> {
  let settled = false;
  promise.then(() => {
    settled = true;
  });
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

it('waits until all that was written has been taken, on each stream', async () => {
  const streams = [new Slow(), new Slow()] as const;
  for (const stream of streams) {
    stream.write('a');
    stream.write('b');
  }
  const flushed = flushOutput(60_000, streams);
  expect(await isSettled(flushed)).toBe(false);
  for (const stream of streams) {
    expect(await isSettled(flushed)).toBe(false);
    // The last one is empty.
    for (let i = 0; i < 3; i++) stream.take();
  }
  expect(await isSettled(flushed)).toBe(true);
  expect(streams.map(({ taken }) => taken.join(''))).toEqual(['ab', 'ab']);
});

it('waits for nothing where nothing was written, or nothing can be', async () => {
  const [empty, gone] = [new Slow(), new Slow()];
  gone.write('a');
  gone.destroy();
  expect(await isSettled(flushOutput(60_000, [empty, gone]))).toBe(true);
  expect(empty.taken).toEqual([]);
});

it('gives up after a while', async () => {
  const stuck = new Slow();
  stuck.write('a');
  await flushOutput(1, [stuck]);
  expect(stuck.taken).toEqual(['a']);
});
