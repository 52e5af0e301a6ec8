/**
 * What earlier runs of the same name left to be reused, to say of what is not: which input, function or captured variable
 * is another one now.
 *
 * A program that is run again makes the same datasets in the same order, at the same places: what has the number of a
 * dataset, or of a shuffle, and its place is its earlier self. Where the program was changed, or went on in the middle of
 * a loop, it is what was made at the same place, and else what has the number, unless its place is still in the program.
 */
import type { CheckpointCatalog, CheckpointEntry } from '../../storage/metadata/checkpoint-catalog.ts';
import type { FingerprintStore } from '../../storage/metadata/fingerprint-store.ts';
import type { RetainedShuffle, ShuffleCatalog } from '../../storage/metadata/shuffle-catalog.ts';
import type { RunId } from '../base/ids.ts';
import { describeCallSite } from '../lineage/call-site.ts';
import type { ShuffleDependency } from '../lineage/dependency.ts';
import { diffFingerprints } from '../lineage/diff-fingerprints.ts';
import type { FingerprintRecord, NodeRecord } from '../lineage/fingerprint-record.ts';
import type { Fingerprints } from '../lineage/fingerprints.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import { recordOfShuffle, storedRecords } from './keep-records.ts';

export interface EarlierWorkOptions {
  readonly run: RunId;
  readonly checkpoints: CheckpointCatalog;
  readonly shuffles: ShuffleCatalog;
  readonly store: FingerprintStore;
  readonly fingerprints: Fingerprints;
  /** The runs of the session's name. */
  readonly runs: ReadonlySet<RunId>;
}

/** More than these nobody reads, and each is compared down to its sources: a loop of thousands of rounds would get slower. */
const MOST_COMPARED = 100;

/** Why something that was there is not reused. */
export interface Refusal {
  readonly fromRun: RunId;
  readonly reasons: readonly string[];
}

/** What was left and has found no use yet. */
interface Left {
  readonly run: RunId;
  readonly fingerprint: string;
  /** Of its dataset, or of its shuffle. */
  readonly id: number;
  /** Where it was made; unknown until it is asked for. */
  callSite?: string;
}

export class EarlierWork {
  readonly #options: EarlierWorkOptions;
  #checkpoints: Left[] | undefined;
  #shuffles: Left[] | undefined;
  #compared = 0;
  /** Places that this run asked about: what earlier runs made there has nothing to do with another place. */
  readonly #places = new Set<string>();

  constructor(options: EarlierWorkOptions) {
    this.#options = options;
  }

  /** It is reused: nothing else is compared with it. */
  used(kind: 'checkpoint' | 'shuffle', fingerprint: string): void {
    const left = kind === 'checkpoint' ? this.#leftCheckpoints() : this.#leftShuffles();
    for (let i = left.length - 1; i >= 0; i--) {
      const each = left[i];
      if (each?.fingerprint !== fingerprint) continue;
      this.#places.add(this.#callSiteOf(each));
      left.splice(i, 1);
    }
  }

  /** What an earlier run had committed of a dataset's earlier self, and what differs; undefined where it had nothing. */
  refuseCheckpoint(node: LineageNode): Refusal | undefined {
    const left = this.#leftCheckpoints();
    if (left.length === 0) return undefined;
    const callSite = describeCallSite(node.callSite);
    return this.#refuse(left, node.id, callSite, () => this.#options.fingerprints.recordOf(node));
  }

  /** The same of a shuffle. */
  refuseShuffle(shuffle: ShuffleDependency): Refusal | undefined {
    const left = this.#leftShuffles();
    if (left.length === 0) return undefined;
    const { fingerprints } = this.#options;
    const own = recordOfShuffle(fingerprints, shuffle);
    if (own === undefined) return undefined;
    return this.#refuse(left, shuffle.shuffleId, own.callSite, () => [...fingerprints.recordOf(shuffle.parent), own]);
  }

  #refuse(left: Left[], id: number, callSite: string, ownRecords: () => FingerprintRecord): Refusal | undefined {
    const { store } = this.#options;
    if (this.#compared >= MOST_COMPARED) return undefined;
    this.#compared++;
    this.#places.add(callSite);
    const isHere = (each: Left) => this.#callSiteOf(each) === callSite;
    const found =
      left.find((each) => each.id === id && isHere(each)) ??
      left.find(isHere) ??
      left.find((each) => each.id === id && !this.#places.has(this.#callSiteOf(each)));
    if (found === undefined) return undefined;
    left.splice(left.indexOf(found), 1);
    const reasons = diffFingerprints(storedRecords(store, found.fingerprint), ownRecords());
    return { fromRun: found.run, reasons };
  }

  /** Of its own record alone: what it follows from is read for the one that is compared. */
  #callSiteOf(left: Left): string {
    if (left.callSite === undefined) {
      const text = this.#options.store.get(left.fingerprint);
      left.callSite = text === undefined ? '' : (JSON.parse(text) as NodeRecord).callSite;
    }
    return left.callSite;
  }

  #leftCheckpoints(): Left[] {
    const { checkpoints, runs, run: own } = this.#options;
    this.#checkpoints ??= checkpoints
      .list('complete')
      .filter((entry): entry is CheckpointEntry & { fingerprint: string } => {
        return entry.fingerprint !== null && entry.run !== own && runs.has(entry.run);
      })
      .map(({ run, fingerprint, node: id }) => ({ run, fingerprint, id }))
      .reverse();
    return this.#checkpoints;
  }

  #leftShuffles(): Left[] {
    const { shuffles, runs, run: own } = this.#options;
    this.#shuffles ??= shuffles
      .list()
      .filter((each: RetainedShuffle) => each.run !== own && runs.has(each.run))
      .map(({ run, fingerprint, shuffle: id }) => ({ run, fingerprint, id }));
    return this.#shuffles;
  }
}
