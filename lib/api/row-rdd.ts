import type { Schema } from '../../formats/schema/data-type.ts';
import { CairnError } from '../base/errors.ts';
import { driverOnly } from '../closure/driver-only.ts';
import { startAtCaller } from '../lineage/call-site.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import { DataWriter } from './data-writer.ts';
import type { Engine } from './engine.ts';
import { Rdd } from './rdd.ts';

/** A dataset of rows that files hold, with the schema that they were found to have, or that was given. */
export class RowRdd<T> extends Rdd<T> {
  readonly #engine: Engine;
  readonly #scan: LineageNode;
  readonly #schema: () => Schema;

  /** For `DataReader` only. */
  constructor(engine: Engine, scan: LineageNode, schema: () => Schema) {
    super(engine, scan);
    this.#engine = engine;
    this.#scan = scan;
    this.#schema = schema;
  }

  /**
   * The fields of the rows, in order. Where it was not given it is inferred once, when it is first asked for or the first
   * action runs: reads the beginnings of files then, in the caller's thread, and raises what that raises.
   *
   * ```ts
   * session.read.csv('flights.csv').schema.fields.map((field) => field.name); // ['date', 'delay', 'origin']
   * ```
   */
  get schema(): Schema {
    try {
      return this.#schema();
    } catch (error) {
      throw error instanceof CairnError ? startAtCaller(error) : error;
    }
  }

  /** As `Rdd.write`; where there are no rows their columns are written nevertheless. */
  override get write(): DataWriter {
    return new DataWriter(this.#engine, this.#scan, () => this.#findSchema());
  }

  /** Where it cannot be told, jobs raise why. */
  #findSchema(): Schema | undefined {
    try {
      const schema = this.#schema();
      return schema.fields.length === 0 ? undefined : schema;
    } catch (error) {
      if (error instanceof CairnError) return undefined;
      throw error;
    }
  }
}

driverOnly('dataset', RowRdd);
