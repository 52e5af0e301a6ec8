/** Peers that the engine is compared with. Each may be missing: then its variants are left out, and the run says so. */
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { print } from './harness.ts';

const require = createRequire(import.meta.url);

/** A DuckDB connection: runs SQL, gives rows. */
export interface Duck {
  run(sql: string): Promise<void>;
  rows(sql: string): Promise<readonly (readonly unknown[])[]>;
  /** Gives the only column of a query, as it comes, chunk by chunk: `count` values of an array. */
  doubles(sql: string, visit: (values: ArrayLike<number>, count: number) => void): Promise<void>;
}

interface DuckModule {
  readonly DuckDBInstance: {
    create(path: string, options: Readonly<Record<string, string>>): Promise<{ connect(): Promise<DuckConnection> }>;
  };
}

interface DuckConnection {
  run(sql: string): Promise<unknown>;
  runAndReadAll(sql: string): Promise<{ getRows(): readonly (readonly unknown[])[] }>;
  stream(sql: string): Promise<{ fetchChunk(): Promise<DuckChunk | null> }>;
}

interface DuckChunk {
  readonly rowCount: number;
  getColumnVector(column: number): { readonly items: ArrayLike<number> };
}

let instances = 0;

/** In memory, with other settings of DuckDB's where these are given; what it spills goes beside the temporary files. */
export async function openDuck(
  threads = 1,
  settings: Readonly<Record<string, string>> = {},
): Promise<Duck | undefined> {
  try {
    // By a variable: checking the types of the benchmarks must not need the peers installed.
    const name: string = '@duckdb/node-api';
    const { DuckDBInstance } = (await import(name)) as DuckModule;
    const instance = await DuckDBInstance.create(':memory:', {
      threads: String(threads),
      temp_directory: join(tmpdir(), `cairn-bench-duckdb-${process.pid}-${instances++}`),
      ...settings,
    });
    const connection = await instance.connect();
    return {
      run: async (sql) => {
        await connection.run(sql);
      },
      rows: async (sql) => (await connection.runAndReadAll(sql)).getRows(),
      doubles: async (sql, visit) => {
        const result = await connection.stream(sql);
        for (;;) {
          const chunk = await result.fetchChunk();
          if (chunk === null || chunk.rowCount === 0) return;
          visit(chunk.getColumnVector(0).items, chunk.rowCount);
        }
      },
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
