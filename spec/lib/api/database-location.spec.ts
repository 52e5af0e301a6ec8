import { describe, expect, it } from 'vitest';
import { type DatabaseLocation, databaseSettings, tablePath } from '../../../lib/api/database-location.ts';

describe('where a database is', () => {
  it('is said by a URL, a path or a connection', () => {
    expect(databaseSettings({ path: 'a.db' })).toEqual({ dialect: 'sqlite', path: 'a.db' });
    expect(databaseSettings({ url: 'mysql://h/d' })).toEqual({
      dialect: 'mysql',
      connection: { host: 'h', database: 'd' },
    });
    const connection = { host: 'h', password: 's3cret' };
    expect(databaseSettings({ connection, dialect: 'postgres' })).toEqual({ dialect: 'postgres', connection });
  });

  it.each<[string, unknown]>([
    ['nothing', {}],
    ['two at once', { path: 'a', url: 's3cret' }],
    ['an empty path', { path: '' }],
    ['a URL that is none', { url: 's3cret' }],
    ['a URL that is no text', { url: ['s3cret'] }],
    ['a dialect without a connection', { path: 'a', dialect: 'mysql' }],
    ['a connection without a dialect', { connection: { password: 's3cret' } }],
    ['a connection that is none', { connection: 's3cret', dialect: 'mysql' }],
    ['a function', { connection: { password: () => 's3cret' }, dialect: 'mysql' }],
  ])('is refused without being shown: %s', (_, location) => {
    let message = '';
    try {
      databaseSettings(location as DatabaseLocation);
    } catch (error) {
      message = String(error);
    }
    expect(message).toMatch(/INVALID_ARGUMENT|DATABASE_URL/);
    expect(message).not.toContain('s3cret');
  });

  it('ends in a table', () => {
    expect(tablePath('events')).toEqual(['events']);
    expect(tablePath('public.events')).toEqual(['public', 'events']);
    expect(tablePath(['a.b'])).toEqual(['a.b']);
    for (const wrong of ['', 'a.', [], [1], undefined, 'a\0'])
      expect(() => tablePath(wrong)).toThrow(/INVALID_ARGUMENT/);
  });
});
