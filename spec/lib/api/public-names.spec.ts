import { describe, expect, it } from 'vitest';
import '../../../lib/api/public-names.ts';
import { hashPartitioner } from '../../../lib/api/partition-argument.ts';
import { CairnError } from '../../../lib/base/errors.ts';
import { portableMark } from '../../../lib/closure/portable.ts';
import { DRIVER_ONLY } from '../../../lib/closure/well-known.ts';
import * as everything from '../../../lib/index.ts';
import { travel } from '../../support/travel.ts';

describe('public names', () => {
  it('travel by name, or say that they stay with the driver', () => {
    const neither = Object.entries(everything).filter(
      ([, value]) =>
        (typeof value === 'function' || typeof value === 'object') &&
        portableMark(value) === undefined &&
        !Object.hasOwn(value, DRIVER_ONLY),
    );
    expect(neither.map(([name]) => name)).toEqual([]);
  });

  it('keep their identity in tasks, and for classes of the user', async () => {
    class Rejected extends CairnError<'INTERNAL'> {
      readonly what = 'rejected';
    }
    const fail = (detail: string): unknown => new Rejected('INTERNAL', { detail });
    const error = (await travel(fail))('x') as Rejected;
    expect(error).toBeInstanceOf(CairnError);
    expect([error.what, error.code, error.params.detail]).toEqual(['rejected', 'INTERNAL', 'x']);
  });

  it('win over the package that they are imported from', async () => {
    const byReference = (url: string) => url.includes('/lib/') && !url.includes('/spec/');
    const task = () => CairnError;
    expect((await travel(task, { byReference }))()).toBe(CairnError);
  });

  it('let a partitioner be recognised', async () => {
    const partitioner = hashPartitioner(4);
    const there = (await travel(() => partitioner))();
    expect(there).not.toBe(partitioner);
    expect(there.constructor).toBe(partitioner.constructor);
    expect(there.getPartition('a')).toBe(partitioner.getPartition('a'));
  });
});
