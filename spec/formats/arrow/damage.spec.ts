import { expect, it } from 'vitest';
import { damaged, tooLarge, unsupported } from '../../../formats/arrow/damage.ts';

const WHERE = { path: 'a.arrow', place: 'the footer', offset: 7 };

it('errors of Arrow files say which file, where, and what to do', () => {
  expect(damaged(WHERE, '4 bytes', 3)).toMatchObject({
    code: 'ARROW_CORRUPT',
    params: { ...WHERE, expected: '4 bytes', found: 3 },
  });
  expect(unsupported('a.arrow', 'unions', 'write it again').message).toContain('a.arrow has unions');
  expect(tooLarge(WHERE, 'a buffer', '9 bytes', '8 bytes')).toMatchObject({
    code: 'LIMIT_EXCEEDED',
    params: { what: 'a buffer in the footer of a.arrow', found: '9 bytes', limit: '8 bytes' },
  });
});
