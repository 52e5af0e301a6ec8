import { describe, expect, it } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { errnoOf, fileError } from '../../../storage/fs/file-error.ts';

const cause = (errno: string, text: string) =>
  Object.assign(new Error(`${errno}: ${text}, write '/a'`), { code: errno });

describe('fileError', () => {
  it('has one code for each errno that means something to a handler', () => {
    const codes = [
      'ENOENT',
      'EEXIST',
      'ENOSPC',
      'EDQUOT',
      'EACCES',
      'EPERM',
      'EROFS',
      'EMFILE',
      'ENFILE',
      'EIO',
      'EFBIG',
    ];
    expect(codes.map((errno) => fileError(errno, { operation: 'write', path: '/a' }).code)).toEqual([
      'FILE_NOT_FOUND',
      'FILE_EXISTS',
      'DISK_FULL',
      'DISK_FULL',
      'PERMISSION_DENIED',
      'PERMISSION_DENIED',
      'PERMISSION_DENIED',
      'TOO_MANY_OPEN_FILES',
      'TOO_MANY_OPEN_FILES',
      'IO_ERROR',
      'IO_ERROR',
    ]);
  });

  it('says what a full disk needed and had', () => {
    const error = fileError('ENOSPC', { operation: 'write', path: '/a', neededBytes: 10, freeBytes: 3 });
    expect(error.message).toContain('no space left to write /a: 10 bytes needed, 3 free');
    expect(fileError('EDQUOT', { operation: 'rename', path: '/a' }).params).toMatchObject({ neededBytes: 4096 });
  });

  it('keeps the cause and gives its reason without the path', () => {
    const system = cause('EFBIG', 'file too large');
    const error = fileError('EFBIG', { operation: 'write', path: '/a', cause: system });
    expect(error.cause).toBe(system);
    expect(error.params).toEqual({ operation: 'write', path: '/a', reason: 'EFBIG: file too large' });
  });

  it('explains codes that have no system error below', () => {
    expect(fileError('EISDIR', { operation: 'open', path: '/a' }).message).toContain('EISDIR: it is a directory');
    expect(fileError('EODD', { operation: 'open', path: '/a' }).params).toMatchObject({ reason: 'EODD' });
  });
});

it('finds the errno below an error', () => {
  const system = cause('ENOTEMPTY', 'directory not empty');
  expect(errnoOf(fileError('ENOTEMPTY', { operation: 'rename', path: '/a', cause: system }))).toBe('ENOTEMPTY');
  expect(errnoOf(system)).toBe('ENOTEMPTY');
  expect(errnoOf(new CairnError('INTERNAL', { detail: 'x' }))).toBeUndefined();
  expect(errnoOf('text')).toBeUndefined();
});
