/**
 * Which database: from a URL, a path or a connection to plain data that tasks in any thread connect with, and back to a
 * name that may be shown. Passwords are in `connection` alone, and nothing here puts one into a name or an error.
 */
import { CairnError } from '../../lib/base/errors.ts';

export type DialectName = 'sqlite' | 'postgres' | 'mysql';
export type ServerDialect = Exclude<DialectName, 'sqlite'>;

/** What packages take to connect: `host`, `port`, `user`, `password`, `database`, `ssl` and what else they know. */
export type DatabaseConnection = Readonly<Record<string, unknown>>;

export type DatabaseSettings =
  | { readonly dialect: 'sqlite'; readonly path: string }
  | { readonly dialect: ServerDialect; readonly connection: DatabaseConnection };

const DIALECTS: Readonly<Record<string, DialectName>> = {
  'postgres:': 'postgres',
  'postgresql:': 'postgres',
  'mysql:': 'mysql',
  'mariadb:': 'mysql',
};

/** The settings that a URL says. Raises DATABASE_URL, which never repeats the URL: there may be a password in it. */
export function parseDatabaseUrl(text: string): DatabaseSettings {
  const path = /^(?:sqlite3?|file):(.*)$/is.exec(text)?.[1];
  if (path !== undefined) return { dialect: 'sqlite', path: sqlitePath(path) };
  const scheme = /^[a-z][\w+.-]*:/i.exec(text)?.[0].toLowerCase();
  const dialect = scheme === undefined ? undefined : DIALECTS[scheme];
  if (scheme === undefined) throw wrongUrl("it does not begin with 'sqlite:', 'postgres://' or 'mysql://'");
  if (dialect === undefined || dialect === 'sqlite') throw wrongUrl(`'${scheme}' is no database that is known here`);
  return { dialect, connection: connectionOf(dialect, text) };
}

/** The path after the scheme, percent-decoded; `//` before it stands for no host. */
function sqlitePath(text: string): string {
  const path = text.startsWith('//') ? text.slice(2) : text;
  if (path === '') throw wrongUrl('it names no file');
  if (path === ':memory:') throw wrongUrl('a database in memory is seen by one connection alone: use a file');
  return decoded(path);
}

function connectionOf(dialect: ServerDialect, text: string): DatabaseConnection {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    // Its error would show the whole URL.
    throw wrongUrl('it cannot be parsed; signs such as / : ? # @ % within a password are written as %2F and so on');
  }
  const found: Record<string, unknown> = {};
  if (url.hostname !== '') found.host = decoded(url.hostname.replace(/^\[(.*)\]$/, '$1'));
  if (url.port !== '') found.port = Number(url.port);
  if (url.username !== '') found.user = decoded(url.username);
  if (url.password !== '') found.password = decoded(url.password);
  const database = decoded(url.pathname.replace(/^\//, ''));
  if (database !== '') found.database = database;
  for (const [name, value] of url.searchParams) addParameter(dialect, found, name, value);
  return found;
}

function addParameter(dialect: ServerDialect, found: Record<string, unknown>, name: string, value: string): void {
  switch (name) {
    case 'sslmode':
    case 'ssl-mode': {
      const mode = value.toLowerCase().replace('_', '-');
      if (mode === 'disable' || mode === 'disabled') found.ssl = dialect === 'postgres' ? false : undefined;
      else if (mode === 'require' || mode === 'required') found.ssl = { rejectUnauthorized: false };
      else if (/^verify-(ca|full|identity)$/.test(mode)) found.ssl = { rejectUnauthorized: true };
      else throw wrongUrl(`its '${name}' must be disable, require or verify-full`);
      return;
    }
    case 'host':
      found.host = value;
      return;
    case 'connect_timeout':
      found[dialect === 'postgres' ? 'connectionTimeoutMillis' : 'connectTimeout'] = Number(value) * 1000;
      return;
    case 'application_name':
    case 'options':
      if (dialect === 'postgres') {
        found[name] = value;
        return;
      }
  }
  throw wrongUrl(`its parameter '${name}' is not known here; give 'connection' instead of 'url'`);
}

/** As text that may be shown: `postgres://user@host:5432/name`. */
export function describeDatabase(settings: DatabaseSettings): string {
  if (settings.dialect === 'sqlite') return `sqlite:${settings.path}`;
  const { host, port, user, database } = settings.connection;
  const place = `${textOf(host) ?? 'localhost'}${port === undefined ? '' : `:${textOf(port) ?? ''}`}`;
  const name = textOf(database);
  const owner = textOf(user);
  return `${settings.dialect}://${owner === undefined ? '' : `${owner}@`}${place}${name === undefined ? '' : `/${name}`}`;
}

/** A text from a driver without what must not be shown. */
export function withoutSecrets(settings: DatabaseSettings, text: string): string {
  if (settings.dialect === 'sqlite') return text;
  let shown = text.replace(/(:\/\/[^\s:/@]*:)[^\s@]+@/g, '$1***@');
  for (const [name, value] of Object.entries(settings.connection)) {
    const isSecret = /pass|secret|token|key/i.test(name) && typeof value === 'string' && value !== '';
    if (!isSecret) continue;
    shown = shown.replaceAll(value, '***').replaceAll(encodeURIComponent(value), '***');
  }
  return shown;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrongUrl("a '%' in it is not followed by two hexadecimal digits");
  }
}

function wrongUrl(reason: string): CairnError {
  return new CairnError('DATABASE_URL', { reason });
}
