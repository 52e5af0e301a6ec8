/** As many words as it takes for text that compresses about as English does. */
const WORDS =
  `furiously carefully quickly blithely slyly final express regular special ironic pending bold even silent unusual
accounts packages deposits requests instructions foxes theodolites pinto beans dependencies ideas platelets excuses
sleep wake nag haggle cajole integrate boost detect use doze along above across among the according to after against`
    .split(/\s+/)
    .map((word) => `'${word}'`);

const pick = (list: readonly string[], seed: number) =>
  `list_extract([${list.join()}], 1 + (hash(i * 31 + ${seed}) % ${list.length})::int)`;

/** Columns like those of TPC-H's `lineitem`: SQL that makes each from a row number `i`, and SQL that sums it. */
export const LINEITEM: readonly (readonly [name: string, make: string, sum: (name: string) => string])[] = [
  ['l_orderkey', '(i // 4) * 4 + (hash(i // 4) % 3)::bigint', (n) => `sum(${n})`],
  ['l_partkey', '(hash(i * 3 + 1) % 200000)::bigint', (n) => `sum(${n})`],
  ['l_suppkey', '(hash(i * 5 + 2) % 10000)::bigint', (n) => `sum(${n})`],
  ['l_linenumber', '(1 + i % 7)::integer', (n) => `sum(${n})`],
  ['l_quantity', '(1 + hash(i * 7 + 3) % 50)::decimal(15, 2)', (n) => `sum(${n})`],
  ['l_extendedprice', '((90000 + hash(i * 11 + 4) % 10000000) / 100)::decimal(15, 2)', (n) => `sum(${n})`],
  ['l_discount', '((hash(i * 13 + 5) % 11) / 100)::double', (n) => `sum(${n})`],
  ['l_tax', '((hash(i * 17 + 6) % 1000003) / 1000003)::double', (n) => `sum(${n})`],
  ['l_returnflag', pick(["'A'", "'N'", "'R'"], 7), (n) => `sum(strlen(${n}))`],
  ['l_linestatus', pick(["'O'", "'F'"], 8), (n) => `sum(strlen(${n}))`],
  ...['l_shipdate', 'l_commitdate', 'l_receiptdate'].map(
    (name, k) =>
      [
        name,
        `date '1992-01-01' + (hash(i * 19 + ${k}) % 2500)::integer`,
        (n: string) => `sum(${n} - date '1970-01-01')`,
      ] as const,
  ),
  [
    'l_shipinstruct',
    pick(["'DELIVER IN PERSON'", "'COLLECT COD'", "'NONE'", "'TAKE BACK RETURN'"], 9),
    (n) => `sum(strlen(${n}))`,
  ],
  [
    'l_shipmode',
    pick(["'REG AIR'", "'AIR'", "'RAIL'", "'SHIP'", "'TRUCK'", "'MAIL'", "'FOB'"], 10),
    (n) => `sum(strlen(${n}))`,
  ],
  [
    'l_comment',
    `substr(concat_ws(' ', ${[11, 12, 13, 14, 15].map((seed) => pick(WORDS, seed)).join()}), 1, 10 + (hash(i * 23) % 34)::int)`,
    (n) => `sum(strlen(${n}))`,
  ],
];

/** SQL that makes the rows from row numbers. */
export function selectLineitem(rows: number): string {
  return `select ${LINEITEM.map(([name, make]) => `${make} as ${name}`).join()} from range(${rows}) t(i)`;
}

/** SQL of the sums of columns, in their order. */
export function sumsOfLineitem(columns: readonly string[]): string {
  return columns.map((name) => LINEITEM.find(([own]) => own === name)?.[2](name)).join();
}
