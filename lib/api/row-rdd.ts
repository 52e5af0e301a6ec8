import type { Schema } from '../../formats/schema/data-type.ts';
import { schemaOf } from '../../formats/text/text-type.ts';
import { CairnError } from '../base/errors.ts';
import { driverOnly } from '../closure/driver-only.ts';
import { startAtCaller } from '../lineage/call-site.ts';
import type { RowScanNode } from '../lineage/nodes/row-scan-node.ts';
import type { Engine } from './engine.ts';
import { Rdd } from './rdd.ts';

/** A dataset of rows that files hold, with the schema that they were found to have, or that was given. */
export class RowRdd<T> extends Rdd<T> {
  readonly #scan: RowScanNode;

  /** For `DataReader` only. */
  constructor(engine: Engine, scan: RowScanNode) {
    super(engine, scan);
    this.#scan = scan;
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
      return schemaOf(this.#scan.rowFields);
    } catch (error) {
      throw error instanceof CairnError ? startAtCaller(error) : error;
    }
  }
}

driverOnly('dataset', RowRdd);
