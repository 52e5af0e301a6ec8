/**
 * Measures ways to do the same work beside each other: every variant's answer is checked against the first one's
 * before anything is timed, then rounds go through all variants in turn, so that a noisy moment hits all of them. The
 * first rounds are not counted: all variants are compiled then. Reports medians, and ratios to the first variant.
 */

/** One way of doing the work. `run` gives the answer that all variants must agree on. */
export interface Variant {
  readonly name: string;
  readonly run: () => unknown;
  /** Undoes what a run left behind; not timed. */
  readonly after?: () => unknown;
}

/**
 * What must hold between two variants: `faster` takes at most `1 / times` of the time of `slower`. Without `times` the
 * ratio is printed and nothing must hold.
 */
export interface Bar {
  readonly faster: string;
  readonly slower: string;
  readonly times?: number;
}

/** What a variant may take at most, whatever the others take. */
export interface Limit {
  readonly name: string;
  readonly ms: number;
}

/** What a variant may take at most as a part of the time of another. Without `most` nothing must hold. */
export interface Ratio {
  readonly name: string;
  readonly to: string;
  readonly most?: number;
}

export interface Comparison {
  readonly title: string;
  readonly variants: readonly Variant[];
  readonly bars?: readonly Bar[];
  readonly limits?: readonly Limit[];
  readonly ratios?: readonly Ratio[];
  /** Timed rounds, at least 5. */
  readonly rounds?: number;
}

const WARM_UP_ROUNDS = 2;

interface Row {
  readonly name: string;
  readonly medianMs: number;
  readonly minMs: number;
}

/** Runs a comparison and prints it. Gives whether all bars hold. Throws when answers differ. */
export async function compare(comparison: Comparison): Promise<boolean> {
  const { title, variants, bars = [], limits = [], ratios = [], rounds = 7 } = comparison;
  const times = variants.map((): number[] => []);
  let expected: string | undefined;
  for (const variant of variants) {
    const answer = JSON.stringify(await variant.run());
    await variant.after?.();
    expected ??= answer;
    if (answer !== expected) {
      throw new Error(`${title}: ${variant.name} answers ${answer.slice(0, 200)}, not ${expected.slice(0, 200)}`);
    }
  }
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (const [i, variant] of variants.entries()) {
      const start = performance.now();
      await variant.run();
      const elapsedMs = performance.now() - start;
      if (round >= 0) times[i]?.push(elapsedMs);
      await variant.after?.();
    }
  }
  const rows = variants.map((variant, i): Row => {
    const sorted = (times[i] as number[]).toSorted((a, b) => a - b);
    return { name: variant.name, medianMs: sorted[sorted.length >> 1] as number, minMs: sorted[0] as number };
  });
  print(`\n${title}`);
  const base = rows[0] as Row;
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const row of rows) {
    const ratio = row.medianMs / base.medianMs;
    print(
      `  ${row.name.padEnd(width)}  ${row.medianMs.toFixed(1).padStart(9)} ms  (min ${row.minMs.toFixed(1)})  ×${ratio.toFixed(2)}`,
    );
  }
  let allHold = true;
  for (const { name, ms } of limits) {
    const found = rows.find((row) => row.name === name);
    const holds = found !== undefined && found.medianMs <= ms;
    allHold &&= holds;
    print(`  ${holds ? 'holds' : 'MISSED'}: ${name} takes ${found?.medianMs.toFixed(1)} ms (bar: ${ms} ms)`);
  }
  for (const { name, to, most } of ratios) {
    const [found, base] = [name, to].map((each) => rows.find((row) => row.name === each)?.medianMs);
    if (found === undefined || base === undefined) {
      print(`  not measured: ${name} against ${to}`);
      continue;
    }
    allHold = verdict(`${name} takes ${(found / base).toFixed(2)} of the time of ${to}`, found / base, most) && allHold;
  }
  for (const bar of bars) {
    const [faster, slower] = [bar.faster, bar.slower].map((name) => rows.find((row) => row.name === name));
    if (faster === undefined || slower === undefined) {
      print(`  not measured: ${bar.faster} against ${bar.slower}`);
      continue;
    }
    const found = slower.medianMs / faster.medianMs;
    const { times } = bar;
    const holds = times === undefined || found >= times;
    allHold &&= holds;
    const word = times === undefined ? 'found' : holds ? 'holds' : 'MISSED';
    const limit = times === undefined ? 'no bar' : `bar: ${times}`;
    print(`  ${word}: ${bar.faster} is ${found.toFixed(2)} times as fast as ${bar.slower} (${limit})`);
  }
  return allHold;
}

/** Prints whether something that was found is at most what it may be, and gives it. */
export function verdict(what: string, found: number, most: number | undefined): boolean {
  const holds = most === undefined || found <= most;
  const word = most === undefined ? 'found' : holds ? 'holds' : 'MISSED';
  print(`  ${word}: ${what} (${most === undefined ? 'no bar' : `bar: ${most}`})`);
  return holds;
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
