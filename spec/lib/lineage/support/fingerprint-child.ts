/**
 * A program of a user's, for processes: `fingerprint-child <built engine's URL> <input file>` prints the fingerprints
 * of datasets of every kind of ingredient, as JSON.
 */
const [, , engine = '', input = ''] = process.argv;

const load = async (path: string) => (await import(`${engine}${path}`)) as Record<string, unknown>;
await load('lib/api/task-functions.js');
const { Session } = await load('lib/api/session.js');
const { nodeOf } = await load('lib/api/rdd.js');
const { Fingerprints } = await load('lib/lineage/fingerprints.js');
const { NodeFileSystem } = await load('storage/fs/node-file-system.js');

const session = await (Session as SessionClass).open({ master: 'local', progress: 'off', dir: process.argv[4] });
const fingerprints = new (Fingerprints as FingerprintsClass)({
  fileSystem: new (NodeFileSystem as new () => object)(),
  inputs: 'content',
});

class Rate {
  readonly percent: number;
  constructor(percent: number) {
    this.percent = percent;
  }
  of(x: number): number {
    return (x * this.percent) / 100;
  }
}

const rate = new Rate(19);
const table = new Map([['ключ', { deep: [1, 2n, new Date(0), /a/g] }]]);
const shared = session.broadcast({ rates: [1, 2, 3] });
const lines = session.textFile(input).map((line) => [line, table.get(line)]);
const numbers = session
  .parallelize([0, -0, 1.5, Number.NaN, 7])
  .map((x) => rate.of(x as number) + shared.value.rates.length);
const sorted = numbers
  .keyBy((x) => x)
  .reduceByKey((a, b) => a + b)
  .sortByKey();
const objects = session.parallelize([{ a: 1 }, 'text', [null, undefined], new Uint8Array([1, 2])]);

const found: Record<string, unknown> = {};
for (const [name, rdd] of Object.entries({ lines, numbers, sorted, objects })) {
  const { digest, key } = await fingerprints.of((nodeOf as (rdd: unknown) => object)(rdd));
  found[name] = digest === key ? digest : 'volatile';
}
process.stdout.write(JSON.stringify(found));
await session.close();

interface Dataset {
  map(f: (x: never) => unknown): Dataset;
  keyBy(f: (x: never) => unknown): Dataset;
  reduceByKey(f: (a: never, b: never) => unknown): Dataset;
  sortByKey(): Dataset;
}
interface SessionClass {
  open(options: object): Promise<{
    broadcast<T>(value: T): { readonly value: T };
    textFile(path: string): { map(f: (line: string) => unknown): Dataset };
    parallelize(records: readonly unknown[]): { map(f: (x: unknown) => unknown): Dataset };
    close(): Promise<void>;
  }>;
}
type FingerprintsClass = new (
  options: object,
) => {
  of(node: object): Promise<{ readonly digest: string; readonly key: string | undefined }>;
};
