import { describe, expect, it } from 'vitest';
import { CairnError } from '../../../lib/base/errors.ts';
import { loadPackage, serverError } from '../../../storage/database/server.ts';

const settings = { dialect: 'postgres', connection: { host: 'h', user: 'ann', password: 's3cret' } } as const;
const failed = (message: string, code?: string) => Object.assign(new TypeError(message), { code });

describe('errors of servers', () => {
  it('say what to install', () => {
    const absent = () => {
      throw failed("Cannot find module 'pg'", 'MODULE_NOT_FOUND');
    };
    expect(() => loadPackage(settings, 'pg', absent)).toThrow(/takes the package 'pg'.*\n.*npm install pg/);
    expect(loadPackage(settings, 'pg', () => 1)).toBe(1);
    const broken = () => {
      throw failed('broken');
    };
    expect(() => loadPackage(settings, 'pg', broken)).toThrow('broken');
  });

  it.each([
    ['connecting', 'refused for s3cret', 'ECONNREFUSED', 'DATABASE_NOT_REACHED', 'refused for *** (ECONNREFUSED)'],
    ['reading', 'Connection terminated unexpectedly', undefined, 'DATABASE_LOST', 'Connection terminated unexpectedly'],
    ['reading', 'shutting down', '57P01', 'DATABASE_LOST', 'shutting down (57P01)'],
    ['reading', 'deadlock', '40P01', 'DATABASE_LOST', 'deadlock (40P01)'],
    ['reading', 'division by zero', '22012', 'DATABASE_QUERY_FAILED', 'division by zero (22012)'],
  ])('are told by their codes, without secrets: %s, %s', (operation, message, code, expected, reason) => {
    const error = serverError(settings, failed(message, code), operation) as CairnError;
    expect(error).toMatchObject({ code: expected, params: { database: 'postgres://ann@h', reason } });
    expect(error.cause).toBeUndefined();
  });

  it('pass what is no error of a driver', () => {
    const own = new CairnError('INTERNAL', { detail: 'x' });
    expect(serverError(settings, own, 'reading')).toBe(own);
    expect(serverError(settings, 'x', 'reading')).toBe('x');
    const several = new AggregateError([failed('connect ECONNREFUSED ::1:1')], '');
    expect((serverError(settings, several, 'connecting') as CairnError).message).toContain('ECONNREFUSED ::1:1');
  });
});
