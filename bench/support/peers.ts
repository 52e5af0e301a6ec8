/** Peers that the engine is compared with. Each may be missing: then its variants are left out, and the run says so. */
import { createRequire } from 'node:module';
import { print } from './harness.ts';

const require = createRequire(import.meta.url);

/** A DuckDB connection on one thread: runs SQL, gives rows. */
export interface Duck {
  run(sql: string): Promise<void>;
  rows(sql: string): Promise<readonly (readonly unknown[])[]>;
}

interface DuckModule {
  readonly DuckDBInstance: {
    create(path: string, options: Readonly<Record<string, string>>): Promise<{ connect(): Promise<DuckConnection> }>;
  };
}

interface DuckConnection {
  run(sql: string): Promise<unknown>;
  runAndReadAll(sql: string): Promise<{ getRows(): readonly (readonly unknown[])[] }>;
}

export async function openDuck(threads = 1): Promise<Duck | undefined> {
  try {
    // By a variable: checking the types of the benchmarks must not need the peers installed.
    const name: string = '@duckdb/node-api';
    const { DuckDBInstance } = (await import(name)) as DuckModule;
    const instance = await DuckDBInstance.create(':memory:', { threads: String(threads) });
    const connection = await instance.connect();
    return {
      run: async (sql) => {
        await connection.run(sql);
      },
      rows: async (sql) => (await connection.runAndReadAll(sql)).getRows(),
    };
  } catch (error) {
    print(`DuckDB is left out: ${String(error)}`);
    return undefined;
  }
}

/** The part of skale's API that the benchmarks use. */
export interface SkaleDataset {
  map(f: (record: never) => unknown): SkaleDataset;
  filter(f: (record: never) => boolean): SkaleDataset;
  reduceByKey(f: (a: never, b: never) => unknown, zero: unknown): SkaleDataset;
  groupByKey(): SkaleDataset;
  join(other: SkaleDataset): SkaleDataset;
  distinct(): SkaleDataset;
  sortBy(f: (record: never) => unknown): SkaleDataset;
  count(done: (error: unknown, count: number) => void): void;
  collect(done: (error: unknown, records: unknown[]) => void): void;
}

export interface SkaleContext {
  range(start: number, end: number): SkaleDataset;
  parallelize(records: readonly unknown[]): SkaleDataset;
  end(): void;
}

/** skale with one worker, in this process. */
export function openSkale(): SkaleContext | undefined {
  try {
    process.env.SKALE_WORKERS = '1';
    process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = '1';
    return (require('skale') as { context(): SkaleContext }).context();
  } catch (error) {
    print(`skale is left out: ${String(error)}`);
    return undefined;
  }
}

export function collectSkale(dataset: SkaleDataset): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    dataset.collect((error, records) => (error ? reject(error) : resolve(records)));
  });
}

export function countSkale(dataset: SkaleDataset): Promise<number> {
  return new Promise((resolve, reject) => {
    dataset.count((error, count) => (error ? reject(error) : resolve(count)));
  });
}
