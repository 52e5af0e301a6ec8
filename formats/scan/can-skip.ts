/**
 * What statistics say about a predicate: whether no row of a part of a file matches, or all do, or only reading tells.
 */
import type { BoundPredicate, ColumnTest } from './bind-predicate.ts';
import type { ColumnStats } from './column-stats.ts';
import { doSetsMeet, isSubset, type ValueSet } from './value-set.ts';

export type Verdict = 'none' | 'some' | 'all';

/** What is known of the columns of a predicate, by their numbers. */
export interface KnownColumns {
  /** Undefined where nothing is known. */
  statsOf(column: number): ColumnStats | undefined;
  /** Whether a column may hold a value of the set, by whatever is asked only when statistics do not answer. */
  mayHold?(column: number, set: ValueSet): boolean;
}

/** Whether none or all of the rows match. `none` and `all` are certain; of no rows, both hold and `none` is said. */
export function judge(predicate: BoundPredicate, known: KnownColumns): Verdict {
  switch (predicate.kind) {
    case 'all':
      return judgeParts(predicate.of, known, 'none', 'all');
    case 'any':
      return judgeParts(predicate.of, known, 'all', 'none');
    default:
      return judgeTest(predicate, known);
  }
}

/** Whether reading can be saved altogether. */
export function canSkip(predicate: BoundPredicate, known: KnownColumns): boolean {
  return judge(predicate, known) === 'none';
}

/** One part that is `deciding` decides; parts that are all `neutral` give that. */
function judgeParts(
  parts: readonly BoundPredicate[],
  known: KnownColumns,
  deciding: Verdict,
  neutral: Verdict,
): Verdict {
  let verdict = neutral;
  for (const part of parts) {
    const found = judge(part, known);
    if (found === deciding) return deciding;
    if (found !== neutral) verdict = 'some';
  }
  return verdict;
}

function judgeTest(test: ColumnTest, known: KnownColumns): Verdict {
  const stats = known.statsOf(test.column);
  const verdict = stats === undefined ? 'some' : judgeByStats(test, stats);
  if (verdict !== 'some' || test.kind !== 'values' || known.mayHold === undefined) return verdict;
  return known.mayHold(test.column, test.set) ? 'some' : 'none';
}

function judgeByStats(test: ColumnTest, { rowCount, nullCount, values }: ColumnStats): Verdict {
  const isAllMissing = nullCount !== undefined && nullCount >= rowCount;
  const isNoneMissing = nullCount === 0;
  switch (test.kind) {
    case 'null':
      return isNoneMissing ? 'none' : isAllMissing ? 'all' : 'some';
    case 'present':
      return isAllMissing ? 'none' : isNoneMissing ? 'all' : 'some';
    case 'values':
      if (isAllMissing) return 'none';
      if (values === undefined || values.domain !== test.set.domain) return 'some';
      if (!doSetsMeet(values, test.set)) return 'none';
      return isNoneMissing && isSubset(values, test.set) ? 'all' : 'some';
  }
}
