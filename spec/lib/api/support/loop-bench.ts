/** Sessions one after another in one directory, for specs of loops. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LoopDecision, Reuse } from '../../../../lib/api/engine.ts';
import { type IterateOptions, iterate, type LoopResult, type LoopStep } from '../../../../lib/api/iterate.ts';
import type { Rdd } from '../../../../lib/api/rdd.ts';
import { engineOf, Session } from '../../../../lib/api/session.ts';
import type { EngineParts } from '../../../../lib/api/session-engine.ts';
import type { CheckpointEntry } from '../../../../storage/metadata/checkpoint-catalog.ts';

export class LoopBench {
  /** What the sessions were told of loops. */
  readonly decisions: LoopDecision[] = [];
  readonly warnings: string[] = [];
  readonly directory: string;
  readonly #master: string;

  constructor(directory: string, master: string) {
    this.directory = directory;
    this.#master = master;
  }

  async open(parts: EngineParts = {}): Promise<Session> {
    const { directory: dir } = this;
    const master = this.#master as 'local';
    const checkpoint = { dir: `${dir}-checkpoints` };
    return await Session.openWith(
      { dir, master, progress: 'off', checkpoint, name: 'loops' },
      { logger: { warn: (text) => this.warnings.push(text), info: () => {} }, ...parts },
    );
  }

  /** `session.iterate`, overheard. */
  iterate<T>(session: Session, initial: Rdd<T>, step: LoopStep<T>, options: IterateOptions<T>): Promise<LoopResult<T>> {
    const engine = engineOf(session);
    const reuse = engine.reuse && { ...engine.reuse, noteLoop: this.#overhear(engine.reuse) };
    return iterate({ engine, reuse, isSession: (thing) => thing === session }, initial, step, options);
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

  #overhear(reuse: Reuse): Reuse['noteLoop'] {
    return (decision) => {
      this.decisions.push(decision);
      reuse.noteLoop(decision);
    };
  }
}
