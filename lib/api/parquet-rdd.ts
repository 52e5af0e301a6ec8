import type { Schema } from '../../formats/schema/data-type.ts';
import { CairnError } from '../base/errors.ts';
import { driverOnly } from '../closure/driver-only.ts';
import { startAtCaller } from '../lineage/call-site.ts';
import type { ParquetScanNode, ScanFigures } from '../lineage/nodes/parquet-scan-node.ts';
import type { Engine } from './engine.ts';
import { RowRdd } from './row-rdd.ts';

/** The rows of Parquet files, with what is read of the files for them. */
export class ParquetRdd<T> extends RowRdd<T> {
  readonly #scan: ParquetScanNode;

  /** For `DataReader` only. */
  constructor(engine: Engine, scan: ParquetScanNode) {
    super(engine, scan, (): Schema => ({ fields: scan.rowFields }));
    this.#scan = scan;
  }

  /**
   * How many files, row groups and bytes `columns` and `where` leave to be read, as far as the footers of the files tell:
   * the figures of `toDebugString()`. Reads footers when it is first asked for, and raises what that raises. What tasks
   * then did read, `Session.measure` tells.
   *
   * ```ts
   * const june = session.read.parquet('flights.parquet', { where: col('date').ge('2001-06-01') });
   * june.scanFigures.rowGroups; // { read: 1, total: 11 }
   * ```
   */
  get scanFigures(): ScanFigures {
    try {
      return this.#scan.figures;
    } catch (error) {
      throw error instanceof CairnError ? startAtCaller(error) : error;
    }
  }
}

driverOnly('dataset', ParquetRdd);
