import { expect, it } from 'vitest';
import {
  firstLine,
  formatBytes,
  formatCount,
  formatDuration,
  formatTime,
  shortPosition,
  stateCell,
} from '../../cli/format.ts';

it('times are local, to the second', () => {
  expect(formatTime(new Date(2026, 0, 2, 3, 4, 5, 999).getTime())).toBe('2026-01-02 03:04:05');
});

it.each([
  [0, '0 ms'],
  [-5, '0 ms'],
  [999, '999 ms'],
  [1000, '1.0 s'],
  [59_999, '59.9 s'],
  [60_000, '1 min 0 s'],
  [3_599_999, '59 min 59 s'],
  [3_600_000, '1 h 0 min'],
  [90_000_000, '25 h 0 min'],
])('a duration of %d ms is %s', (ms, text) => {
  expect(formatDuration(1000, 1000 + ms)).toBe(text);
});

it('a duration without an end is empty', () => {
  expect(formatDuration(1, null)).toBe('');
});

it.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1024 ** 2 - 1, '1.0 MiB'],
  [1.5 * 1024 ** 3, '1.5 GiB'],
  [Number.MAX_SAFE_INTEGER, '8.0 PiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

it.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [1_234_567, '1,234,567'],
])('the count %d is %s', (count, text) => {
  expect(formatCount(count)).toBe(text);
});

it('positions lose their directory and column, messages all but their first line', () => {
  expect(['/home/me/job.ts:14:3', 'C:\\jobs\\job.ts:14:3', 'job.ts:9', 'unknown'].map(shortPosition)).toEqual([
    'job.ts:14',
    'job.ts:14',
    'job.ts:9',
    'unknown',
  ]);
  expect([firstLine('a\nb'), firstLine('')]).toEqual(['a', '']);
});

it('states have colours, those of a later release none', () => {
  expect(stateCell('failed')).toEqual({ text: 'failed', color: 'red' });
  expect(stateCell('dreaming')).toEqual({ text: 'dreaming', color: undefined });
});
