import { CsvReader, outputOf } from '../../../formats/csv/csv-reader.ts';
import { type CsvSettings, canSplitCsv } from '../../../formats/csv/csv-settings.ts';
import { CsvSource } from '../../../formats/csv/csv-source.ts';
import { type CsvShape, inferCsv } from '../../../formats/csv/infer-csv.ts';
import type { TextField } from '../../../formats/text/text-type.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import type { NodeOrigin } from '../lineage-node.ts';
import { describePath, type InputPath } from './input-files.ts';
import { type RowRange, type RowReader, RowScanNode } from './row-scan-node.ts';

export interface CsvScanOptions {
  readonly path: InputPath;
  /** Partitions wished for; see `packSplits`. */
  readonly minPartitions: number;
  readonly settings: CsvSettings;
}

/** The rows of CSV files: `read.csv`. */
export class CsvScanNode extends RowScanNode {
  readonly kind = 'csv-scan';
  readonly options: CsvScanOptions;
  #shape: CsvShape | undefined;

  /** `shape`: what was found of the files, where that is known, as in a worker. */
  constructor(origin: NodeOrigin, fileSystem: FileSystem, options: CsvScanOptions, shape?: CsvShape) {
    super(origin, fileSystem, options.path, options.minPartitions);
    this.options = options;
    this.#shape = shape;
  }

  /** What the files were found to be, once; nothing is read for a schema of the user's. */
  get shape(): CsvShape {
    this.#shape ??= this.#infer();
    return this.#shape;
  }

  override get rowFields(): readonly TextField[] {
    const { path, settings } = this.options;
    return outputOf(this.shape, settings, describePath(path)).fields;
  }

  protected override get canSplit(): boolean {
    return canSplitCsv(this.options.settings);
  }

  protected override openReader(range: RowRange, maxRows: number): RowReader {
    return new CsvReader(range, this.shape, this.options.settings, maxRows);
  }

  #infer(): CsvShape {
    const { settings } = this.options;
    if (settings.schema !== undefined) return { fields: [], header: undefined };
    return inferCsv(this.#sources(), settings);
  }

  *#sources(): Generator<CsvSource, void, undefined> {
    for (const range of this.samples()) yield new CsvSource(range, this.options.settings);
  }
}
