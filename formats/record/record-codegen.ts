/** The switch between generated code and its plain twins for records, and counts that show which one ran. Per thread. */

/** How often each road was taken in this thread. */
export interface RecordCodegenCounts {
  /** Batches built by generated code, and by the plain twin. */
  generatedBuilds: number;
  plainBuilds: number;
  /** Times generated code met a record that its shape did not hold, and began again with a wider one. */
  widenings: number;
  /** Calls of `materializeRows` served by generated code, and by the plain twin. */
  generatedReads: number;
  plainReads: number;
}

let enabled = true;
const counts: RecordCodegenCounts = {
  generatedBuilds: 0,
  plainBuilds: 0,
  widenings: 0,
  generatedReads: 0,
  plainReads: 0,
};

/** Turns generated code for records on (the start) or off in this thread; answers do not depend on it. */
export function setRecordCodegen(isEnabled: boolean): void {
  enabled = isEnabled;
}

export function isRecordCodegenEnabled(): boolean {
  return enabled;
}

/** The running counts of this thread, live. */
export function recordCodegenCounts(): RecordCodegenCounts {
  return counts;
}

/** Generated functions are kept by shape; a thread that meets more shapes than this forgets the oldest. */
const CACHE_LIMIT = 256;

/** A bounded map from signatures to whatever is made for them once. */
export class SignatureCache<T> {
  readonly #entries = new Map<string, T>();

  find(signature: string): T | undefined {
    return this.#entries.get(signature);
  }

  set(signature: string, entry: T): void {
    if (this.#entries.size >= CACHE_LIMIT && !this.#entries.has(signature)) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        break;
      }
    }
    this.#entries.set(signature, entry);
  }

  getOrMake(signature: string, make: () => T): T {
    let entry = this.#entries.get(signature);
    if (entry === undefined) {
      entry = make();
      this.set(signature, entry);
    }
    return entry;
  }
}
