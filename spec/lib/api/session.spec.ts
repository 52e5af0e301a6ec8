import { describe, expect, it } from 'vitest';
import { Session } from '../../../lib/api/session.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { SPEC_MASTER } from '../../support/spec-master.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { useSession } from '../../support/use-session.ts';

const holder = useSession();

describe('Session.open', () => {
  it('refuses an option it does not know, and names the one that was meant', async () => {
    const options = { memry: '1 GiB' } as object;
    await expect(Session.open(options)).rejects.toThrow(/UNKNOWN_OPTION: there is no option 'memry'\n.*memory/);
  });

  it('gives a directory to one session at a time, and to the next once it is closed', async () => {
    using dir = temporaryDirectory();
    const first = await Session.open({ dir: dir.path, master: SPEC_MASTER });
    await expect(Session.open({ dir: dir.path, master: SPEC_MASTER })).rejects.toThrow('DIRECTORY_ALREADY_OPEN');
    await first.close();
    await using second = await Session.open({ dir: dir.path, master: SPEC_MASTER });
    expect(second.run).not.toBe(first.run);
    expect(second.directory).toBe(dir.path);
  });

  it('takes the number of partitions from the master, or from parallelism', async () => {
    using dir = temporaryDirectory();
    await using session = await Session.open({ dir: dir.path, master: 'local[3]' });
    expect(session.defaultParallelism).toBe(3);
    expect(session.parallelize([1]).getNumPartitions()).toBe(3);
    await session.close();
    await using other = await Session.open({ dir: dir.path, master: 'local[3]', parallelism: 5 });
    expect(other.range(10).getNumPartitions()).toBe(5);
  });
});

describe('a session', () => {
  it('cuts collections as Spark does, and reads other iterables at once', async () => {
    const { session } = holder;
    expect(await session.parallelize(['b', 'a', 'c'], 2).glom().collect()).toEqual([['b'], ['a', 'c']]);
    expect(await session.parallelize(new Set([3, 1]), 1).collect()).toEqual([3, 1]);
    expect(await session.parallelize([], 3).glom().collect()).toEqual([[], [], []]);
    expect(() => session.parallelize(5 as unknown as number[])).toThrow('INVALID_ARGUMENT');
    for (const slices of [0, -1, 1.5, Number.NaN]) {
      expect(() => session.parallelize([1], slices)).toThrow('INVALID_ARGUMENT');
    }
  });

  it('counts ranges up and down', async () => {
    const { session } = holder;
    expect(await session.range(3).collect()).toEqual([0, 1, 2]);
    expect(await session.range(1, 10, 3).collect()).toEqual([1, 4, 7]);
    expect(await session.range(5, 0, -2, 2).glom().collect()).toEqual([[5], [3, 1]]);
    expect(await session.range(5, 0).collect()).toEqual([]);
    expect(() => session.range(0, 1, 0)).toThrow('INVALID_ARGUMENT: range: step');
    expect(() => session.range(0.5)).toThrow('INVALID_ARGUMENT: range: end');
  });

  it('has empty datasets and unions of many', async () => {
    const { session } = holder;
    expect(session.emptyRdd().getNumPartitions()).toBe(0);
    expect(await session.emptyRdd().collect()).toEqual([]);
    expect(await session.union([]).collect()).toEqual([]);
    expect(await session.union([session.range(2), session.range(1), session.range(2)]).collect()).toEqual([
      0, 1, 0, 0, 1,
    ]);
  });

  it('cancels the jobs of a group, and of a signal', async () => {
    const { session } = holder;
    const endless = () =>
      session
        .range(0, 1e12)
        .filter((n) => n < 0)
        .count();
    using _ = session.onEvent((event) => {
      if (event.kind === 'task-started') session.cancelJobGroup('g');
    });
    const running = session.withJobs({ group: 'g', description: 'endless' }, endless);
    await expect(running).rejects.toMatchObject({ code: 'JOB_CANCELLED', kind: 'cancelled' });
    const controller = new AbortController();
    controller.abort(new RangeError('enough'));
    await expect(session.withJobs({ signal: controller.signal }, endless)).rejects.toMatchObject({
      code: 'JOB_CANCELLED',
      cause: new RangeError('enough'),
    });
    expect(await session.range(3).count()).toBe(3);
  });

  it('tells its listeners what happens, until they leave', async () => {
    const { session } = holder;
    const kinds: string[] = [];
    const subscription = session.onEvent(({ kind }) => kinds.push(kind));
    await session.range(0, 2, 1, 1).count();
    subscription[Symbol.dispose]();
    await session.range(1).count();
    expect(kinds).toEqual([
      'job-submitted',
      'stage-submitted',
      'task-started',
      'task-ended',
      'stage-completed',
      'job-ended',
    ]);
  });

  it('refuses everything once it is closed, and ends what runs', async () => {
    using dir = temporaryDirectory();
    const session = await Session.open({ dir: dir.path, master: SPEC_MASTER });
    const dataset = session.range(10);
    const running = session
      .range(1)
      .mapAsync(() => new Promise((resolve) => setTimeout(resolve, 30_000)))
      .count();
    const ended = expect(running).rejects.toMatchObject({ code: 'SESSION_CLOSED' });
    using _ = session.onEvent(() => {});
    await Promise.all([session.close(), session.close()]);
    await ended;
    await expect(dataset.count()).rejects.toBeInstanceOf(CairnError);
    expect(() => session.range(1)).toThrow('SESSION_CLOSED');
    expect(() => dataset.map((n) => n)).toThrow('SESSION_CLOSED');
    await session.close();
  });
});
