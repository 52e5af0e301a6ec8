/** The engine below a session, for specs that look at its stores, its budget and its events. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Rdd } from '../../lib/api/rdd.ts';
import { type EngineParts, SessionEngine } from '../../lib/api/session-engine.ts';
import { resolveConfig } from '../../lib/config/config.ts';
import type { SessionOptions } from '../../lib/config/options.ts';
import type { EngineEvent } from '../../lib/events/engine-event.ts';
import { CollectionNode } from '../../lib/lineage/nodes/collection-node.ts';
import { TextScanNode } from '../../lib/lineage/nodes/text-scan-node.ts';
import { SPEC_MASTER } from './spec-master.ts';

/** A directory of a spec's own, in memory where the system has such a place: specs that sync a lot need that. */
export class SpecDirectory implements Disposable {
  readonly path: string;

  constructor() {
    const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
    this.path = mkdtempSync(join(base, 'cairn-spec-'));
  }

  join(...names: string[]): string {
    return join(this.path, ...names);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** What is below the folders of a data directory that hold nothing once its session is closed. */
export function leftovers(directory: string): string[] {
  return ['scratch', 'blocks', 'shuffle'].flatMap((folder) => {
    const path = join(directory, folder);
    return existsSync(path) ? readdirSync(path, { recursive: true }).map((name) => join(folder, String(name))) : [];
  });
}

/** See the file header. Closed by its owner, who then looks at `budget` and `openReads` again. */
export class EngineOfSpec implements AsyncDisposable {
  readonly engine: SessionEngine;
  /** Everything that happened since it was opened. */
  readonly events: EngineEvent[] = [];

  private constructor(engine: SessionEngine) {
    this.engine = engine;
    engine.events.subscribe((event) => this.events.push(event));
  }

  static async open(options: SessionOptions, parts: EngineParts = {}): Promise<EngineOfSpec> {
    const settings = { master: SPEC_MASTER, progress: 'off', ...options } as const;
    const logger = parts.logger ?? { warn: () => {}, info: () => {} };
    return new EngineOfSpec(await SessionEngine.open(resolveConfig(settings), { ...parts, logger }));
  }

  parallelize<T>(records: readonly T[], numSlices: number): Rdd<T> {
    return new Rdd<T>(this.engine, new CollectionNode(this.engine.origin('parallelize'), records, numSlices));
  }

  lines(path: string, minPartitions: number): Rdd<string> {
    const { engine } = this;
    return new Rdd<string>(
      engine,
      new TextScanNode(engine.origin('textFile'), engine.fileSystem, { path, minPartitions }),
    );
  }

  eventsOf<K extends EngineEvent['kind']>(kind: K): Extract<EngineEvent, { kind: K }>[] {
    return this.events.filter((event): event is Extract<EngineEvent, { kind: K }> => event.kind === kind);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine.close();
  }
}
