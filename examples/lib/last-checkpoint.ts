import { CairnError, type Rdd, type Session } from '../../lib/index.ts';

/** Keeps the newest checkpoint of a loop alone: what Spark's ALS does with those of its factors. */
export class LastCheckpoint {
  readonly #session: Session;
  readonly #interval: number;
  #path: string | undefined;

  /** `interval` counts rounds; -1 is never. */
  constructor(session: Session, interval: number) {
    this.#session = session;
    this.#interval = interval;
  }

  /** Whether the dataset of a round is to be marked: never without a checkpoint directory. */
  isDue(round: number): boolean {
    return this.#session.checkpointDir !== undefined && this.#interval !== -1 && round % this.#interval === 0;
  }

  /**
   * Takes a marked dataset that an action has computed: shuffles before it go, and so does the checkpoint before it. If
   * its checkpoint could not be written both stay, as they are still read.
   */
  advance(dataset: Rdd<unknown>): void {
    const path = dataset.getCheckpointFile();
    if (path === undefined) return;
    dataset.cleanShuffleDependencies();
    const superseded = this.#path;
    this.#path = path;
    if (superseded === undefined) return;
    try {
      this.#session.removeCheckpoint(superseded);
    } catch (error) {
      // Files that cannot be removed take room, and are no reason to lose a loop's work.
      if (!(error instanceof CairnError)) throw error;
    }
  }
}
