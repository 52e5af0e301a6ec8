/**
 * Dates and times as users write their patterns: the part of Java's `DateTimeFormatter` that Spark's options take and
 * that says one thing only. `yyyy`/`uuuu`, `MM`, `M`, `MMM`, `dd`, `d`, `HH`, `H`, `hh`, `h` with `a`, `mm`, `ss`,
 * `S` to `SSSSSSSSS`, `X` to `XXX`, `Z`; text in single quotes and any other sign stand for themselves.
 */
import { dateMs } from './calendar.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

type PartName = 'year' | 'month' | 'day' | 'hour' | 'halfHour' | 'half' | 'minute' | 'second' | 'fraction' | 'zone';

interface Piece {
  readonly part: PartName | undefined;
  readonly source: string;
}

/** A compiled pattern. */
export interface TimePattern {
  /** Whether a zone is part of it: what it reads are instants, not times of a clock on the wall. */
  readonly hasZone: boolean;
  /** Whether it has a time of day. */
  readonly hasTime: boolean;
  /** Milliseconds since 1970, in UTC unless a zone is given; NaN for text that does not match, or is no time. */
  parse(text: string): number;
  /** A time as text, in UTC. */
  format(ms: number): string;
}

/** Undefined for a pattern with letters that are not known here, and for one without year, month and day. */
export function compileTimePattern(pattern: string): TimePattern | undefined {
  const letters: string[] = [];
  const pieces: Piece[] = [];
  for (const [run, quoted, letter] of pattern.matchAll(/'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']+|'/g)) {
    if (run === "'") return undefined;
    if (letter === undefined) {
      const text = quoted === undefined ? run : run === "''" ? "'" : quoted.replaceAll("''", "'");
      letters.push(text);
      pieces.push({ part: undefined, source: text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&') });
      continue;
    }
    const piece = pieceOf(run);
    if (piece === undefined) return undefined;
    letters.push(run);
    pieces.push(piece);
  }
  const parts = pieces.map(({ part }) => part).filter((part) => part !== undefined);
  if (!parts.includes('year') || !parts.includes('month') || !parts.includes('day')) return undefined;
  if (new Set(parts).size < parts.length) return undefined;
  if (parts.includes('halfHour') !== parts.includes('half')) return undefined;
  const matcher = new RegExp(`^${pieces.map(({ source }) => source).join('')}$`, 'iu');
  return {
    hasZone: parts.includes('zone'),
    hasTime: parts.includes('hour') || parts.includes('halfHour'),
    parse(text) {
      const match = matcher.exec(text);
      return match === null ? Number.NaN : timeOf(parts, match);
    },
    format(ms) {
      const date = new Date(ms);
      return pieces.map(({ part }, i) => formatPart(part, letters[i] as string, date)).join('');
    },
  };
}

function pieceOf(run: string): Piece | undefined {
  switch (run) {
    case 'yyyy':
    case 'uuuu':
      return { part: 'year', source: '(\\d{4})' };
    case 'MM':
      return { part: 'month', source: '(\\d{2})' };
    case 'M':
      return { part: 'month', source: '(\\d{1,2})' };
    case 'MMM':
      return { part: 'month', source: `(${MONTHS.join('|')})` };
    case 'dd':
      return { part: 'day', source: '(\\d{2})' };
    case 'd':
      return { part: 'day', source: '(\\d{1,2})' };
    case 'HH':
      return { part: 'hour', source: '(\\d{2})' };
    case 'H':
      return { part: 'hour', source: '(\\d{1,2})' };
    case 'hh':
      return { part: 'halfHour', source: '(\\d{2})' };
    case 'h':
      return { part: 'halfHour', source: '(\\d{1,2})' };
    case 'a':
      return { part: 'half', source: '(am|pm)' };
    case 'mm':
      return { part: 'minute', source: '(\\d{2})' };
    case 'ss':
      return { part: 'second', source: '(\\d{2})' };
    case 'X':
    case 'XX':
    case 'XXX':
    case 'Z':
      return { part: 'zone', source: '(Z|[+-]\\d{2}(?::?\\d{2})?)' };
    default:
      return /^S{1,9}$/.test(run) ? { part: 'fraction', source: `(\\d{${run.length}})` } : undefined;
  }
}

function timeOf(parts: readonly PartName[], match: RegExpExecArray): number {
  const found: Partial<Record<PartName, string>> = {};
  parts.forEach((part, i) => {
    found[part] = match[i + 1] as string;
  });
  const number = (part: PartName): number => Number(found[part] ?? 0);
  const month = found.month as string;
  const named = MONTHS.indexOf(month.toLowerCase());
  const day = dateMs(number('year'), named < 0 ? Number(month) : named + 1, number('day'));
  let hour = number('hour');
  if (found.halfHour !== undefined) {
    const half = number('halfHour');
    if (half < 1 || half > 12) return Number.NaN;
    hour = (half % 12) + (found.half?.toLowerCase() === 'pm' ? 12 : 0);
  }
  const minute = number('minute');
  const second = number('second');
  if (hour > 23 || minute > 59 || second > 59) return Number.NaN;
  // Digits beyond the millisecond must be zeros: a Date has no place for them.
  const fraction = (found.fraction ?? '').padEnd(3, '0');
  if (/[^0]/.test(fraction.slice(3))) return Number.NaN;
  const time = hour * 3_600_000 + minute * 60_000 + second * 1000 + Number(fraction.slice(0, 3));
  return day + time - zoneOf(found.zone);
}

function zoneOf(zone: string | undefined): number {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  if (minutes > 18 * 60 || Number(digits.slice(2)) > 59) return Number.NaN;
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}

function formatPart(part: PartName | undefined, letters: string, date: Date): string {
  const pad = (value: number): string => String(value).padStart(letters.length, '0');
  switch (part) {
    case undefined:
      return letters;
    case 'year':
      return pad(date.getUTCFullYear());
    case 'month': {
      const name = MONTHS[date.getUTCMonth()] as string;
      return letters === 'MMM' ? name.charAt(0).toUpperCase() + name.slice(1) : pad(date.getUTCMonth() + 1);
    }
    case 'day':
      return pad(date.getUTCDate());
    case 'hour':
      return pad(date.getUTCHours());
    case 'halfHour':
      return pad(date.getUTCHours() % 12 === 0 ? 12 : date.getUTCHours() % 12);
    case 'half':
      return date.getUTCHours() < 12 ? 'AM' : 'PM';
    case 'minute':
      return pad(date.getUTCMinutes());
    case 'second':
      return pad(date.getUTCSeconds());
    case 'fraction':
      return String(date.getUTCMilliseconds()).padStart(3, '0').padEnd(9, '0').slice(0, letters.length);
    case 'zone':
      return letters === 'Z' ? '+0000' : 'Z';
  }
}
