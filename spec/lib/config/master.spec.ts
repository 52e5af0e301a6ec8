import { describe, expect, it } from 'vitest';
import { parseMaster } from '../../../lib/config/master.ts';

const MACHINE = { processors: 6, memoryBytes: 1024 };

describe('parseMaster', () => {
  it.each([
    ['local', { kind: 'inline', maxFailures: 4 }],
    ['local[1]', { kind: 'workers', workers: 1, maxFailures: 4 }],
    ['local[12]', { kind: 'workers', workers: 12, maxFailures: 4 }],
    ['local[*]', { kind: 'workers', workers: 6, maxFailures: 4 }],
    ['local[3,1]', { kind: 'workers', workers: 3, maxFailures: 1 }],
    ['local[ * , 2 ]', { kind: 'workers', workers: 6, maxFailures: 2 }],
  ])('reads %s', (text, master) => {
    expect(parseMaster(text, MACHINE, 4)).toEqual(master);
  });

  it.each(['', 'Local', 'local[]', 'local[0]', 'local[-1]', 'local[2,0]', 'local[1.5]', 'local[1025]', 'local[4]x'])(
    'does not take %o for a master',
    (text) => {
      expect(parseMaster(text, MACHINE, 4)).toBeUndefined();
    },
  );

  it.each(['yarn', 'spark://host:7077', 'local-cluster[2,1,1024]', `local[${'9'.repeat(400)}]`])(
    'does not run on %.30s',
    (text) => {
      expect(parseMaster(text, MACHINE, 4)).toBeUndefined();
    },
  );
});
