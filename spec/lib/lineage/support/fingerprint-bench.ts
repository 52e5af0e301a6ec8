/** An engine that makes datasets and runs nothing, and the fingerprints of what it makes. */
import '../../../../lib/api/task-functions.ts';
import { nodeOf, Rdd } from '../../../../lib/api/rdd.ts';
import { isPackage } from '../../../../lib/closure/by-reference.ts';
import { diffFingerprints } from '../../../../lib/lineage/diff-fingerprints.ts';
import type { FingerprintRecord } from '../../../../lib/lineage/fingerprint-record.ts';
import { type FingerprintOptions, Fingerprints } from '../../../../lib/lineage/fingerprints.ts';
import { TextScanNode } from '../../../../lib/lineage/nodes/text-scan-node.ts';
import { WholeTextScanNode } from '../../../../lib/lineage/nodes/whole-file-scan-node.ts';
import type { FileStat, FileSystem } from '../../../../storage/fs/file-system.ts';
import { MemoryFileSystem } from '../../../support/memory-file-system.ts';
import { type FileCall, WrappedFileSystem } from '../../../support/wrapped-file-system.ts';
import { writeFile } from '../../../support/write-file.ts';
import { ShippingEngine } from '../../exec/support/shipping-engine.ts';

/** Files that were changed when the spec says. */
class DatedFileSystem extends WrappedFileSystem {
  readonly #times: Map<string, number>;

  constructor(inner: FileSystem, times: Map<string, number>) {
    super(inner);
    this.#times = times;
  }

  protected override around<T>(call: FileCall, run: () => T): T {
    const result = run();
    if (call.kind !== 'stat' || result === undefined) return result;
    return { ...(result as FileStat), modifiedMs: this.#times.get(call.path) ?? 0 } as T;
  }
}

export class FingerprintBench {
  readonly engine = new ShippingEngine();
  readonly fileSystem: FileSystem;
  readonly fingerprints: Fingerprints;
  /** How many functions of users were captured. */
  captured = 0;
  readonly #times = new Map<string, number>();

  constructor(options: Partial<FingerprintOptions> = {}) {
    this.fileSystem = new DatedFileSystem(new MemoryFileSystem(), this.#times);
    const byReference = (url: string): boolean => {
      this.captured++;
      return isPackage(url);
    };
    this.fingerprints = new Fingerprints({ fileSystem: this.fileSystem, capture: { byReference }, ...options });
  }

  write(path: string, content: string, modifiedMs = 1000): void {
    writeFile(this.fileSystem, path, content);
    this.#times.set(path, modifiedMs);
  }

  parallelize<T>(records: readonly T[], numSlices = 2): Rdd<T> {
    return this.engine.parallelize(records, numSlices);
  }

  lines(path: string | readonly string[], minPartitions = 1): Rdd<string> {
    return new Rdd(
      this.engine,
      new TextScanNode(this.engine.origin('textFile'), this.fileSystem, { path, minPartitions }),
    );
  }

  files(path: string): Rdd<unknown> {
    const origin = this.engine.origin('wholeTextFiles');
    return new Rdd(this.engine, new WholeTextScanNode(origin, this.fileSystem, { path, minPartitions: 1 }));
  }

  /** Makes ids run on, as another program before this one would. */
  skipIds(count: number): void {
    for (let i = 0; i < count; i++) this.engine.origin('skipped');
    this.engine.nextShuffleId();
  }

  async of(rdd: Rdd<unknown>): Promise<string> {
    return (await this.fingerprints.of(nodeOf(rdd))).digest;
  }

  async keyOf(rdd: Rdd<unknown>): Promise<string | undefined> {
    return (await this.fingerprints.of(nodeOf(rdd))).key;
  }

  /** As it would be after it was stored. */
  async recordOf(rdd: Rdd<unknown>): Promise<FingerprintRecord> {
    await this.of(rdd);
    return JSON.parse(JSON.stringify(this.fingerprints.recordOf(nodeOf(rdd)))) as FingerprintRecord;
  }
}

export type Program = (bench: FingerprintBench) => Rdd<unknown>;

/** What two programs, each in a session of its own, give: whether they are one, and what differs. */
export async function compare(
  before: Program,
  after: Program,
  options: Partial<FingerprintOptions> = {},
): Promise<{ readonly same: boolean; readonly changes: readonly string[] }> {
  const records: FingerprintRecord[] = [];
  for (const program of [before, after]) {
    const bench = new FingerprintBench(options);
    const shared = options.fileSystem === undefined ? {} : { fileSystem: options.fileSystem };
    records.push(await Object.assign(bench, shared).recordOf(program(bench)));
  }
  const [old = [], current = []] = records;
  return { same: old.at(-1)?.fingerprint === current.at(-1)?.fingerprint, changes: diffFingerprints(old, current) };
}

export { nodeOf };
