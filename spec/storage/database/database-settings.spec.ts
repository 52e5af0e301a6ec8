import { describe, expect, it } from 'vitest';
import type { CairnError } from '../../../lib/base/errors.ts';
import { describeDatabase, parseDatabaseUrl, withoutSecrets } from '../../../storage/database/database-settings.ts';

describe('URLs of databases', () => {
  it.each([
    ['sqlite:a.db', 'a.db'],
    ['sqlite://a.db', 'a.db'],
    ['sqlite:///var/a%20b.db', '/var/a b.db'],
    ['file:a.db', 'a.db'],
  ])('name a file: %s', (url, path) => {
    expect(parseDatabaseUrl(url)).toEqual({ dialect: 'sqlite', path });
  });

  it('name a server, with everything percent-decoded', () => {
    expect(
      parseDatabaseUrl('postgresql://ann:p%40ss%2Fword@db.example:5433/shop?sslmode=verify-full&application_name=x'),
    ).toEqual({
      dialect: 'postgres',
      connection: {
        host: 'db.example',
        port: 5433,
        user: 'ann',
        password: 'p@ss/word',
        database: 'shop',
        ssl: { rejectUnauthorized: true },
        application_name: 'x',
      },
    });
    expect(parseDatabaseUrl('mariadb://root@[::1]/shop?connect_timeout=3&ssl-mode=REQUIRED')).toEqual({
      dialect: 'mysql',
      connection: {
        host: '::1',
        user: 'root',
        database: 'shop',
        connectTimeout: 3000,
        ssl: { rejectUnauthorized: false },
      },
    });
    expect(parseDatabaseUrl('postgres:///shop?host=/run/pg&sslmode=disable')).toMatchObject({
      connection: { host: '/run/pg', database: 'shop', ssl: false },
    });
  });

  it.each([
    ['sqlite:', 'names no file'],
    ['sqlite::memory:', 'one connection alone'],
    ['oracle://s3cret@x', "'oracle:' is no database"],
    ['s3cret', 'does not begin with'],
    ['postgres://u:s3cret/x@h/d:s3cret@', 'cannot be parsed'],
    ['postgres://u:s3cret@h/d?sslmode=maybe', "its 'sslmode' must be"],
    ['mysql://u:s3cret@h/d?colour=red', "its parameter 'colour'"],
    ['postgres://u:%zzs3cret@h/d', "a '%' in it"],
  ])('are refused without being shown: %s', (url, reason) => {
    const attempt = () => parseDatabaseUrl(url);
    expect(attempt).toThrow(reason);
    try {
      attempt();
    } catch (error) {
      expect((error as CairnError).code).toBe('DATABASE_URL');
      expect(JSON.stringify(error, ['message', 'stack', 'cause', 'params', 'reason'])).not.toContain('s3cret');
    }
  });

  it('are shown without password', () => {
    const settings = parseDatabaseUrl('postgres://ann:s3cret@h:1/d');
    expect(describeDatabase(settings)).toBe('postgres://ann@h:1/d');
    expect(describeDatabase(parseDatabaseUrl('sqlite:a.db'))).toBe('sqlite:a.db');
    expect(describeDatabase({ dialect: 'mysql', connection: {} })).toBe('mysql://localhost');
  });
});

describe('texts of drivers', () => {
  it('lose passwords, percent-encoded ones and those of other URLs, too', () => {
    const settings = parseDatabaseUrl('postgres://ann:a%40b@h/d');
    expect(withoutSecrets(settings, 'a@b failed; tried a%40b; postgres://x:other@y')).toBe(
      '*** failed; tried ***; postgres://x:***@y',
    );
    expect(withoutSecrets({ dialect: 'sqlite', path: 'a' }, 'as it is')).toBe('as it is');
  });
});
