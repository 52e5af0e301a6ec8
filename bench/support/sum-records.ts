import type { Session } from '../../lib/index.ts';

/** The columns that the sums read, of those that `lineitem.ts` makes; decimals as numbers. */
interface LineitemRow {
  readonly l_orderkey: number;
  readonly l_partkey: number;
  readonly l_suppkey: number;
  readonly l_linenumber: number;
  readonly l_quantity: number;
  readonly l_extendedprice: number;
  readonly l_discount: number;
  readonly l_tax: number;
  readonly l_returnflag: string;
  readonly l_linestatus: string;
  readonly l_shipdate: Date;
  readonly l_commitdate: Date;
  readonly l_receiptdate: Date;
  readonly l_shipinstruct: string;
  readonly l_shipmode: string;
  readonly l_comment: string;
}

const MILLIS_A_DAY = 86_400_000;

/** The expressions of the functions below, in SQL. */
export const SQL_OF_THREE = 'l_orderkey + l_extendedprice::double + strlen(l_shipmode)';

/** Sums three columns of a file by functions over records, of records that have these or all. */
export function sumThree(session: Session, path: string, columns?: readonly string[]): Promise<number> {
  return session.read
    .parquet<LineitemRow>(path, { decimal: 'number', ...(columns && { columns }) })
    .map((row) => row.l_orderkey + row.l_extendedprice + row.l_shipmode.length)
    .sum();
}

/** Sums all columns of a file by a function over records. */
export function sumAll(session: Session, path: string): Promise<number> {
  return session.read
    .parquet<LineitemRow>(path, { decimal: 'number' })
    .map((row) => {
      const numbers = row.l_orderkey + row.l_partkey + row.l_suppkey + row.l_linenumber + row.l_quantity;
      const prices = row.l_extendedprice + row.l_discount + row.l_tax;
      const texts = row.l_returnflag.length + row.l_linestatus.length + row.l_shipinstruct.length;
      const days = row.l_shipdate.getTime() + row.l_commitdate.getTime() + row.l_receiptdate.getTime();
      return numbers + prices + texts + row.l_shipmode.length + row.l_comment.length + days / MILLIS_A_DAY;
    })
    .sum();
}
