import { expect, test } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { shuffleId } from '../../../lib/base/ids.ts';
import { lostUnlessRead } from '../../../storage/shuffle/lost-output.ts';

const output = { shuffleId: shuffleId(2), mapIndex: 5 };

test('bytes that are gone or damaged are a lost output, with what showed it as the cause', () => {
  const cause = new CairnError('FILE_NOT_FOUND', { path: '/d' });
  const fail = () =>
    lostUnlessRead(output, '/d', () => {
      throw cause;
    });
  expect(fail).toThrow(expect.objectContaining({ code: 'SHUFFLE_OUTPUT_LOST', cause }));
  expect(fail).toThrow(
    expect.objectContaining({ params: expect.objectContaining({ shuffle: 2, map: 5, path: '/d' }) }),
  );
});

test('other errors pass, and so do results', () => {
  const refused = new CairnError('PERMISSION_DENIED', { path: '/d', operation: 'open' });
  const fail = () =>
    lostUnlessRead(output, '/d', () => {
      throw refused;
    });
  expect(fail).toThrow(refused);
  expect(lostUnlessRead(output, '/d', () => 7)).toBe(7);
});
