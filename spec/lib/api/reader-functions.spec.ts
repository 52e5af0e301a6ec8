import { describe, expect, it } from 'vitest';
import { fileRow, lineRow } from '../../../lib/api/reader-functions.ts';

describe('functions of readers', () => {
  it('make rows of lines and of files', () => {
    expect(lineRow('x')).toEqual({ value: 'x' });
    expect(fileRow(['/a', Buffer.from('xy')])).toEqual({ path: '/a', length: 2, content: Buffer.from('xy') });
  });
});
