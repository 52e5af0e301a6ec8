import { inferJson } from '../../../formats/jsonl/infer-json.ts';
import { JsonReader } from '../../../formats/jsonl/json-reader.ts';
import { canSplitJson, type JsonSettings } from '../../../formats/jsonl/json-settings.ts';
import { JsonSource } from '../../../formats/jsonl/json-source.ts';
import { findColumns } from '../../../formats/text/find-columns.ts';
import type { TextField } from '../../../formats/text/text-type.ts';
import type { FileSystem } from '../../../storage/fs/file-system.ts';
import type { NodeOrigin } from '../lineage-node.ts';
import { describePath, type InputPath } from './input-files.ts';
import { type RowRange, type RowReader, RowScanNode } from './row-scan-node.ts';

export interface JsonScanOptions {
  readonly path: InputPath;
  /** Partitions wished for; see `packSplits`. */
  readonly minPartitions: number;
  readonly settings: JsonSettings;
}

/** The rows of files of JSON lines, or of arrays: `read.json`. */
export class JsonScanNode extends RowScanNode {
  readonly kind = 'json-scan';
  readonly options: JsonScanOptions;
  #fields: readonly TextField[] | undefined;

  /** `fields`: those of the rows, where they are known, as in a worker. */
  constructor(origin: NodeOrigin, fileSystem: FileSystem, options: JsonScanOptions, fields?: readonly TextField[]) {
    super(origin, fileSystem, options.path, options.minPartitions);
    this.options = options;
    this.#fields = fields;
  }

  /** As given, or inferred once; those alone that are wanted. Raises COLUMN_NOT_FOUND. */
  get fields(): readonly TextField[] {
    this.#fields ??= this.#select(this.options.settings.schema ?? this.#infer());
    return this.#fields;
  }

  override get rowFields(): readonly TextField[] {
    return this.fields;
  }

  /** Objects may be empty, and files may hold no objects at all: then a reader has to say so. */
  protected override readonly hasRowsWithoutFields = true;

  protected override get canSplit(): boolean {
    return canSplitJson(this.options.settings);
  }

  protected override openReader(range: RowRange, maxRows: number): RowReader {
    return new JsonReader(range, this.fields, this.options.settings, maxRows);
  }

  #select(fields: readonly TextField[]): readonly TextField[] {
    const { path, settings } = this.options;
    // Without a field there is no record that could have the column.
    if (settings.columns === undefined || fields.length === 0) return fields;
    return findColumns(fields, settings.columns, describePath(path)).map((at) => fields[at] as TextField);
  }

  #infer(): readonly TextField[] {
    return inferJson(this.#sources(), this.options.settings);
  }

  *#sources(): Generator<JsonSource, void, undefined> {
    for (const range of this.samples()) yield new JsonSource(range, this.options.settings);
  }
}
