import type { Cell, Color } from './print-table.ts';

/** `2026-01-02 03:04:05` where the user is. */
export function formatTime(atMs: number): string {
  const at = new Date(atMs);
  const two = (n: number) => String(n).padStart(2, '0');
  const date = `${String(at.getFullYear()).padStart(4, '0')}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** `85 ms`, `1.2 s`, `3 min 5 s`, `2 h 0 min`; empty when there is no end yet. */
export function formatDuration(fromMs: number, toMs: number | null): string {
  if (toMs === null) return '';
  const ms = Math.max(0, toMs - fromMs);
  if (ms < 1000) return `${ms} ms`;
  if (ms < 60_000) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** `0 B`, `1023 B`, `1.0 KiB`: binary units, one decimal. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1023.95 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value.toFixed(1)} ${UNITS[unit]}`;
}

/** `12,345`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

const STATE_COLORS: Readonly<Record<string, Color>> = {
  succeeded: 'green',
  failed: 'red',
  killed: 'red',
  running: 'yellow',
  complete: 'green',
  sound: 'green',
  lost: 'red',
  damaged: 'red',
  unreadable: 'red',
  writing: 'yellow',
};

export function stateCell(state: string): Cell {
  return { text: state, color: STATE_COLORS[state] };
}

/** `/home/me/job.ts:14:3` as `job.ts:14`. */
export function shortPosition(position: string): string {
  const name = position.slice(Math.max(position.lastIndexOf('/'), position.lastIndexOf('\\')) + 1);
  return name.replace(/(:\d+):\d+$/, '$1');
}

/** The first line of a message. */
export function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
