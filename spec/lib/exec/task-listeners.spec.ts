import { describe, expect, it } from 'vitest';
import { TaskListeners } from '../../../lib/exec/task-listeners.ts';

const settled = async (promise: Promise<unknown>): Promise<void> => void (await promise);
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Listeners that note that they ran. */
function noting() {
  const ran: string[] = [];
  const listeners = new TaskListeners(settled);
  const note = (name: string) => () => void ran.push(name);
  return { ran, listeners, note };
}

describe('what runs at the end of a task', () => {
  it('runs the last one first, once', async () => {
    const { ran, listeners, note } = noting();
    listeners.onCompletion(note('a'));
    listeners.onCompletion(note('b'));
    listeners.onFailure(note('never'));
    expect(await listeners.run(undefined)).toEqual([]);
    expect(await listeners.run(undefined)).toEqual([]);
    expect(ran).toEqual(['b', 'a']);
  });

  it('tells failure listeners the error, before the others run', async () => {
    const { ran, listeners, note } = noting();
    const error = new Error('why');
    listeners.onFailure((given) => void ran.push(`1 ${given.message}`));
    listeners.onCompletion(note('completion'));
    listeners.onFailure((given) => void ran.push(`2 ${given.message}`));
    await listeners.run(error);
    expect(ran).toEqual(['2 why', '1 why', 'completion']);
  });

  it('runs all of them whatever they throw, and gives all that was thrown', async () => {
    const { ran, listeners, note } = noting();
    listeners.onCompletion(note('first'));
    listeners.onCompletion(() => {
      throw 'a';
    });
    listeners.onCompletion(async () => {
      await nextTurn();
      throw 'b';
    });
    listeners.onFailure(() => {
      throw 'c';
    });
    expect(await listeners.run(new Error('why'))).toEqual(['c', 'b', 'a']);
    expect(ran).toEqual(['first']);
  });

  it('waits for a promise before the next one runs', async () => {
    const { ran, listeners, note } = noting();
    listeners.onCompletion(note('second'));
    listeners.onCompletion(async () => {
      await nextTurn();
      ran.push('first');
    });
    await listeners.run(undefined);
    expect(ran).toEqual(['first', 'second']);
  });

  it('does not wait where waiting is refused, and stands a rejection that comes later', async () => {
    const listeners = new TaskListeners(async () => {
      throw 'cancelled';
    });
    listeners.onCompletion(async () => {
      await nextTurn();
      throw new Error('nobody waits for it');
    });
    expect(await listeners.run(new Error('why'))).toEqual(['cancelled']);
    await nextTurn();
    await nextTurn();
  });

  it('runs what is registered while they run, and what comes too late at once', async () => {
    const { ran, listeners, note } = noting();
    listeners.onCompletion(() => listeners.onCompletion(note('inner')));
    await listeners.run(new Error('why'));
    expect(ran).toEqual(['inner']);
    listeners.onCompletion(note('late'));
    listeners.onFailure((error) => void ran.push(error.message));
    expect(ran).toEqual(['inner', 'late', 'why']);
    const succeeded = noting();
    await succeeded.listeners.run(undefined);
    succeeded.listeners.onFailure(succeeded.note('never'));
    expect(succeeded.ran).toEqual([]);
  });
});
