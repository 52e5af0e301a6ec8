const DAY_MS = 86_400_000;

const FIRST_YEAR = 1900;

/** Midnight of the first days of the months of two centuries. */
const MONTH_STARTS = Float64Array.from({ length: 200 * 12 }, (_, i) => Date.UTC(FIRST_YEAR, i));

/** Midnight of a day of the proleptic Gregorian calendar; NaN for none, and where a part is NaN. */
export function dateMs(year: number, month: number, day: number): number {
  // By a table for the years that most dates are of; what is no index into it is undefined.
  const start = MONTH_STARTS[(year - FIRST_YEAR) * 12 + month - 1];
  if (start !== undefined && month >= 1 && month <= 12 && day >= 1 && day <= 28) return start + (day - 1) * DAY_MS;
  if (!(month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month))) return Number.NaN;
  // Days from civil: years begin in March, so that the leap day is the last one.
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return (era * 146_097 + dayOfEra - 719_468) * DAY_MS;
}

function daysOf(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
