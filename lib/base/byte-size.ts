const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1024,
  kb: 1024,
  kib: 1024,
  m: 1024 ** 2,
  mb: 1024 ** 2,
  mib: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1024 ** 3,
  gib: 1024 ** 3,
  t: 1024 ** 4,
  tb: 1024 ** 4,
  tib: 1024 ** 4,
};

/** Reads "64 MiB", "512k" or 4096 as bytes (binary units, as Spark's); undefined when it is not a size. */
export function parseByteSize(text: string | number): number | undefined {
  if (typeof text === 'number') return Number.isSafeInteger(text) && text >= 0 ? text : undefined;
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text);
  const unit = UNITS[match?.[2]?.toLowerCase() ?? '?'];
  if (match === null || unit === undefined) return undefined;
  const bytes = Math.round(Number(match[1]) * unit);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

const NAMES = ['EiB', 'PiB', 'TiB', 'GiB', 'MiB', 'KiB'] as const;

/** Spark's `Utils.bytesToString`: the largest unit of which there are at least two, one decimal ("2.0 KiB"). */
export function formatByteSize(bytes: number): string {
  for (let i = 0; i < NAMES.length; i++) {
    const unit = 1024 ** (NAMES.length - i);
    if (bytes >= 2 * unit) return `${(bytes / unit).toFixed(1)} ${NAMES[i]}`;
  }
  return `${bytes.toFixed(1)} B`;
}

/** The same for a sentence: `1392 B`, as bytes have no tenths. */
export function formatBytes(bytes: number): string {
  return bytes < 2048 ? `${bytes} B` : formatByteSize(bytes);
}
