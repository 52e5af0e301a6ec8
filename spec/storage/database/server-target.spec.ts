/** Against the servers that the environment names; the rest of it is in postgres.spec.ts and mysql.spec.ts. */
import { describe, expect, it } from 'vitest';
import { ServerTarget } from '../../../storage/database/server-target.ts';
import { MYSQL_URL, PG_URL } from '../../support/databases.ts';
import { readServer, settingsOf } from '../../support/server-specs.ts';

describe('a table of a server as a target', () => {
  it('says that the server is not there', async () => {
    const settings = { dialect: 'postgres', connection: { host: '127.0.0.1', port: 1 } } as const;
    const target = new ServerTarget(settings, ['t'], 'x');
    await expect(target.columns()).rejects.toMatchObject({ code: 'DATABASE_NOT_REACHED' });
    await expect(target.begin({ kind: 'append' })).rejects.toMatchObject({ code: 'DATABASE_NOT_REACHED' });
    await target.abort();
    await expect(target.insert(['a'], [[1]])).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it.skipIf(PG_URL === '' && MYSQL_URL === '').each([PG_URL, MYSQL_URL].filter((url) => url !== ''))(
    'makes the table that was made by someone else meanwhile an error, and leaves that one alone (%#)',
    async (url) => {
      const settings = settingsOf(url);
      const table = ['cairn_race'];
      const make = { kind: 'create', definitions: 'a integer', replaces: false } as const;
      const slow = new ServerTarget(settings, table, 'slow');
      const quick = new ServerTarget(settings, table, 'quick');
      await slow.begin(make);
      await slow.insert(['a'], [[1]]);
      await slow.insert([], [[]]);
      await quick.begin(make);
      await quick.insert(['a'], [[2]]);
      await quick.commit();
      await expect(slow.commit()).rejects.toMatchObject({ code: 'OUTPUT_EXISTS' });
      await slow.abort();
      expect((await readServer({ settings, source: { table } })).rows).toEqual([{ a: 2 }]);
      const last = new ServerTarget(settings, table, 'last');
      expect(await last.columns()).toMatchObject([{ name: 'a' }]);
      await last.begin({ ...make, replaces: true });
      await last.commit();
      expect((await readServer({ settings, source: { table } })).rows).toEqual([]);
      const { connectServer } = await import('../../../storage/database/open-database.ts');
      const server = await connectServer(settings);
      await server.run('DROP TABLE cairn_race');
      server.close();
    },
  );
});
