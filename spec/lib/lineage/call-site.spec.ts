import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Session } from '../../../lib/api/session.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import {
  captureCallSite,
  continueStack,
  describeCallSite,
  engineFolders,
  isUserFrame,
  startAtCaller,
} from '../../../lib/lineage/call-site.ts';
import { useSession } from '../../support/use-session.ts';

describe('captureCallSite', () => {
  it('names the file and line outside the engine', () => {
    const site = captureCallSite('map');
    expect(site.location).toMatch(/^call-site\.spec\.ts:\d+$/);
    expect(site.position).toMatch(/spec\/lib\/lineage\/call-site\.spec\.ts:\d+:\d+$/);
    expect(describeCallSite(site)).toBe(`map at ${site.location}`);
    expect(site.frames).toBeUndefined();
    expect(captureCallSite('map', true).frames?.[0]).toContain('call-site.spec.ts');
  });

  it('leaves the limit of stacks as it was', () => {
    const before = Error.stackTraceLimit;
    captureCallSite('map');
    expect(Error.stackTraceLimit).toBe(before);
  });
});

describe('engineFolders', () => {
  it('are those of the sources, too, where the engine is built', () => {
    expect(engineFolders('/p/cairn')).toEqual([
      '/p/cairn/lib/',
      '/p/cairn/storage/',
      '/p/cairn/formats/',
      '/p/cairn/cli/',
    ]);
    expect(engineFolders('/p/cairn/dist')).toEqual(expect.arrayContaining(['/p/cairn/dist/lib/', '/p/cairn/lib/']));
  });
});

describe('isUserFrame', () => {
  it.each([
    ['    at f (/home/me/job.ts:3:4)', true],
    ['    at file:///home/me/job.mjs:3:4', true],
    [`    at drain (${join(import.meta.dirname, '../../../lib/exec/task-runner.ts')}:3:4)`, false],
    ['    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)', false],
    ['    at Array.map (<anonymous>)', false],
    ['TypeError: bad (/home/me/job.ts)', false],
  ])('tells %s', (line, expected) => {
    expect(isUserFrame(line)).toBe(expected);
  });
});

describe('errors', () => {
  const { session } = useSessionLater();

  it('of arguments start at the line of the call', () => {
    let stack: string | undefined;
    try {
      session().range(0, 10, 0);
    } catch (error) {
      stack = (error as Error).stack;
    }
    expect(stack?.split('\n').find((line) => line.startsWith('    at '))).toContain('call-site.spec.ts');
  });

  it('start there also where the engine got through built-in functions, and where it waited', async () => {
    const firstFrame = (error: unknown): string | undefined =>
      (error as Error).stack?.split('\n').find((line) => line.startsWith('    at '));
    const others = [session().range(1), 1 as never];
    try {
      session()
        .range(1)
        .union(...others);
      expect.fail('no error');
    } catch (error) {
      expect(firstFrame(error)).toContain('call-site.spec.ts');
    }
    for (const options of [{ memory: 'lots' }, { memori: 1 } as never, { dir: session().directory }]) {
      const error = await Session.open(options).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(CairnError);
      expect(firstFrame(error)).toContain('call-site.spec.ts');
    }
  });

  it('start there, too, when they come from deep inside', () => {
    const error = new CairnError('INTERNAL', { detail: 'x' });
    const inside = join(import.meta.dirname, '../../../lib/closure/x.ts');
    error.stack = `${error.name}: ${error.message}\n    at refuse (${inside}:1:1)`;
    const frames = (startAtCaller(error).stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
    expect(frames[0]).toContain('call-site.spec.ts');
    expect(error.stack?.startsWith(`${error.name}: ${error.message}\n`)).toBe(true);
  });

  it('of jobs start at the line of the action', async () => {
    const failing = session()
      .range(3)
      .map(() => {
        throw new RangeError('no');
      });
    const error = await failing.collect().catch((e: unknown) => e as CairnError);
    expect(error).toMatchObject({ code: 'JOB_FAILED', cause: new RangeError('no') });
    const frames = ((error as CairnError).stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
    expect(frames[0]).toContain('call-site.spec.ts');
    expect(frames.some((line) => line.includes('/lib/scheduler/'))).toBe(false);
  });

  it('that are not ours keep their stacks', () => {
    const error = new RangeError('theirs');
    const { stack } = error;
    expect(continueStack(error, captureCallSite('x', true))).toBe(error);
    expect(error.stack).toBe(stack);
    const plain = new CairnError('INTERNAL', { detail: 'x' });
    delete (plain as { stack?: string }).stack;
    expect(startAtCaller(plain)).toBe(plain);
  });
});

function useSessionLater() {
  const holder = useSession();
  return { session: () => holder.session };
}
