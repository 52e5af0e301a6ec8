/** Sessions one after another in one directory, and a memory of what earlier ones stored, for specs of loops. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LoopDecision, Reuse } from '../../../../lib/api/engine.ts';
import { type IterateOptions, iterate, type LoopResult, type LoopStep } from '../../../../lib/api/iterate.ts';
import type { Rdd } from '../../../../lib/api/rdd.ts';
import { engineOf, Session } from '../../../../lib/api/session.ts';
import type { EngineParts } from '../../../../lib/api/session-engine.ts';
import type { FingerprintRecord, NodeRecord } from '../../../../lib/lineage/fingerprint-record.ts';
import { Fingerprints } from '../../../../lib/lineage/fingerprints.ts';
import { openCheckpoint, verifyCheckpoint } from '../../../../storage/checkpoint/open-checkpoint.ts';
import type { CheckpointEntry } from '../../../../storage/metadata/checkpoint-catalog.ts';

export class LoopBench {
  /** What the sessions were told of loops. */
  readonly decisions: LoopDecision[] = [];
  readonly warnings: string[] = [];
  readonly directory: string;
  readonly #master: string;
  readonly #records = new Map<string, NodeRecord>();
  readonly #reuse = new WeakMap<Session, Reuse>();

  constructor(directory: string, master: string) {
    this.directory = directory;
    this.#master = master;
  }

  async open(parts: EngineParts = {}): Promise<Session> {
    const { directory: dir } = this;
    const session = await Session.openWith(
      { dir, master: this.#master as 'local', progress: 'off', checkpoint: { dir: `${dir}-checkpoints` } },
      { logger: { warn: (text) => this.warnings.push(text), info: () => {} }, ...parts },
    );
    this.#reuse.set(session, this.#reuseOf(session));
    return session;
  }

  /** `session.iterate`, where the session goes on from what earlier ones stored. */
  iterate<T>(session: Session, initial: Rdd<T>, step: LoopStep<T>, options: IterateOptions<T>): Promise<LoopResult<T>> {
    const host = {
      engine: engineOf(session),
      reuse: this.#reuse.get(session),
      isSession: (thing: object) => thing === session,
    };
    return iterate(host, initial, step, options);
  }

  /** Complete checkpoints, the oldest first. */
  checkpoints(session: Session): readonly CheckpointEntry[] {
    return engineOf(session).checkpointCatalog.list('complete');
  }

  /** After which iterations there are checkpoints. */
  iterations(session: Session): readonly number[] {
    return this.checkpoints(session).map(({ name }) => Number(/ after (\d+)$/.exec(name ?? '')?.[1]));
  }

  /** Directories of checkpoints on disk. */
  directories(): readonly string[] {
    const root = `${this.directory}-checkpoints`;
    if (!existsSync(root)) return [];
    return readdirSync(root).flatMap((own) => readdirSync(join(root, own)).map((name) => join(root, own, name)));
  }

  #reuseOf(session: Session): Reuse {
    const { fileSystem, checkpointCatalog: catalog, captureOptions } = engineOf(session);
    return {
      fingerprints: new Fingerprints({ fileSystem, capture: captureOptions }),
      findCheckpoint: async (fingerprint) => {
        const entry = catalog.findByFingerprint(fingerprint);
        if (entry === undefined) return undefined;
        try {
          verifyCheckpoint(fileSystem, openCheckpoint(fileSystem, entry.directory));
          return entry;
        } catch (error) {
          catalog.recordLost(entry.checkpoint, String(error));
          return undefined;
        }
      },
      keepRecords: (record) => {
        for (const each of record) this.#records.set(each.fingerprint, JSON.parse(JSON.stringify(each)) as NodeRecord);
      },
      findRecord: (fingerprint) => this.#recordOf(fingerprint),
      noteLoop: (decision) => this.decisions.push(decision),
    };
  }

  #recordOf(fingerprint: string): FingerprintRecord | undefined {
    const own = this.#records.get(fingerprint);
    if (own === undefined) return undefined;
    const inputs = own.inputs.flatMap(({ parent }) => this.#recordOf(parent) ?? []);
    return [...new Map(inputs.map((each) => [each.fingerprint, each])).values(), own];
  }
}
