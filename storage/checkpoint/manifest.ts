/**
 * The manifest of a checkpoint: what it is, and every part with its length and checksum. Text that any program reads
 * (FORMAT.md): one JSON value a line, the last one with the checksum of the lines before.
 *
 * Reading trusts nothing: the length is limited before anything is allocated, the checksum is compared before anything
 * is parsed, and every field is checked before it is used. Part names are never taken from the file.
 */
import { checksum } from '../../formats/bytes/checksum.ts';
import type { CodecName } from '../../formats/bytes/compression.ts';
import { CODECS } from '../../formats/record/frame-header.ts';
import { CairnError, describeValue } from '../../lib/base/errors.ts';
import { invariant } from '../../lib/base/invariant.ts';
import type { FileSystem } from '../fs/file-system.ts';
import type { JsonValue } from '../metadata/rows.ts';
import { corrupt } from '../spill/chunk-reader.ts';
import { checkpointPartName, MAX_PARTITIONS } from './checkpoint-names.ts';
import type { CheckpointClass, CheckpointPart } from './checkpoint-part.ts';
import { hexSum } from './part-file.ts';

export const MANIFEST_VERSION = 1;
const FORMAT = 'cairn-checkpoint';

/** More than a million parts: a manifest beyond it is none. */
const MAX_MANIFEST_BYTES = 256 * 1024 * 1024;

const LAST_LINE = /^\{"crc32":"([0-9a-f]{8})"\}\n$/;
const LAST_LINE_BYTES = 21;

/** What the engine says of a checkpoint beside its parts. */
export interface CheckpointDescription {
  /** The user's name for it, if it has one. */
  readonly name: string | null;
  /** Of the node that was computed; null when what it computes cannot be told apart. */
  readonly fingerprint: string | null;
  readonly run: string;
  readonly node: number;
  readonly createdAtMs: number;
  /** What the engine needs to make the partitioner again; null when there is none. */
  readonly partitioner: { readonly [key: string]: JsonValue } | null;
  /** Name and version of the program that wrote it. */
  readonly writer: string;
}

/** A manifest as it is read; `parts[p].partition` is p. */
export interface CheckpointManifest extends CheckpointDescription {
  readonly owner: string;
  readonly partitionCount: number;
  readonly rows: number;
  readonly bytes: number;
  /** Of which some record holds an instance; sorted by name. */
  readonly classes: readonly CheckpointClass[];
  readonly parts: readonly ManifestPart[];
}

/** A part without its classes, which the manifest holds once for all. */
export type ManifestPart = Omit<CheckpointPart, 'classes'>;

/** The manifest of parts, one for each partition in order. */
export function describeCheckpoint(
  owner: string,
  description: CheckpointDescription,
  parts: readonly CheckpointPart[],
): CheckpointManifest {
  const classes = new Map<string, CheckpointClass>();
  let rows = 0;
  let bytes = 0;
  for (const part of parts) {
    rows += part.rows;
    bytes += part.bytes;
    for (const { name, version } of part.classes) classes.set(`${name}\u0000${version}`, { name, version });
  }
  return {
    ...description,
    owner,
    partitionCount: parts.length,
    rows,
    bytes,
    // By name, then by version, which differs only where threads registered different releases of a class.
    classes: [...classes.keys()].sort().map((key) => classes.get(key) as CheckpointClass),
    parts: parts.map(({ partition, bytes, rows, checksum, codec }) => ({ partition, bytes, rows, checksum, codec })),
  };
}

/** The bytes of a manifest; the caller owns them. */
export function encodeManifest(manifest: CheckpointManifest): Uint8Array {
  const { name, fingerprint, owner, run, node, createdAtMs, writer } = manifest;
  const { partitionCount, rows, bytes, partitioner, classes } = manifest;
  const lines: string[] = [
    JSON.stringify({
      ...{ format: FORMAT, version: MANIFEST_VERSION, name, fingerprint, owner, run, node, createdAtMs, writer },
      ...{ partitionCount, rows, bytes, partitioner, classes },
    }),
  ];
  manifest.parts.forEach((part, partition) => {
    invariant(part.partition === partition, `part ${part.partition} at ${partition}`);
    lines.push(
      JSON.stringify({
        ...{ part: checkpointPartName(partition), bytes: part.bytes, rows: part.rows },
        ...{ crc32: hexSum(part.checksum), codec: part.codec },
      }),
    );
  });
  const body = Buffer.from(`${lines.join('\n')}\n`, 'utf8');
  return Buffer.concat([body, Buffer.from(`{"crc32":"${hexSum(checksum(body))}"}\n`, 'latin1')]);
}

/**
 * Reads and verifies the manifest at `path`. Raises FILE_NOT_FOUND, CORRUPT_FILE with path and offset,
 * UNSUPPORTED_VERSION for a sound one of a later release, and what the file system raises.
 */
export function readManifest(fileSystem: FileSystem, path: string): CheckpointManifest {
  const bytes = Buffer.from(fileSystem.readFile(path, MAX_MANIFEST_BYTES));
  const bodyEnd = bytes.length - LAST_LINE_BYTES;
  const lastLine = bodyEnd < 0 ? undefined : LAST_LINE.exec(bytes.toString('latin1', bodyEnd));
  if (lastLine === undefined || lastLine === null) {
    throw corrupt(path, Math.max(0, bodyEnd), 'the last line of a manifest', 'other bytes');
  }
  const body = bytes.subarray(0, bodyEnd);
  const sum = hexSum(checksum(body));
  if (sum !== lastLine[1]) throw corrupt(path, bodyEnd, `checksum ${sum}`, String(lastLine[1]));
  return new ManifestLines(path, body).read();
}

/** What the checksum let pass was written by someone; each field is checked all the same. */
class ManifestLines {
  readonly #path: string;
  readonly #body: Buffer;
  #lineAt = 0;
  #nextAt = 0;

  constructor(path: string, body: Buffer) {
    this.#path = path;
    this.#body = body;
  }

  read(): CheckpointManifest {
    const head = this.#nextLine();
    if (head.get('format') !== FORMAT) throw this.#wrong('format', `'${FORMAT}'`, head.get('format'));
    const version = this.#count(head, 'version');
    if (version !== MANIFEST_VERSION) {
      throw new CairnError('UNSUPPORTED_VERSION', { path: this.#path, found: version, supported: MANIFEST_VERSION });
    }
    const owner = this.#text(head, 'owner');
    if (owner === '') throw this.#wrong('owner', 'a text', owner);
    const partitionCount = this.#count(head, 'partitionCount', MAX_PARTITIONS);
    const described = {
      name: this.#textOrNull(head, 'name'),
      fingerprint: this.#textOrNull(head, 'fingerprint'),
      owner,
      run: this.#text(head, 'run'),
      node: this.#count(head, 'node'),
      createdAtMs: this.#count(head, 'createdAtMs'),
      writer: this.#text(head, 'writer'),
      partitionCount,
      rows: this.#count(head, 'rows'),
      bytes: this.#count(head, 'bytes'),
      partitioner: this.#partitioner(head),
      classes: this.#classes(head),
    };
    const parts: ManifestPart[] = [];
    // Grows with the lines that are there, whatever number the head gives.
    while (this.#nextAt < this.#body.length) parts.push(this.#part(this.#nextLine(), parts.length));
    if (parts.length !== partitionCount) throw this.#wrong('the number of parts', `${partitionCount}`, parts.length);
    for (const sum of ['rows', 'bytes'] as const) {
      const found = parts.reduce((total, part) => total + part[sum], 0);
      if (found !== described[sum]) throw this.#wrong(`the sum of ${sum}`, `${described[sum]}`, found);
    }
    return { ...described, parts };
  }

  #part(line: ReadonlyMap<string, unknown>, partition: number): ManifestPart {
    const name = checkpointPartName(partition);
    if (line.get('part') !== name) throw this.#wrong('part', `'${name}'`, line.get('part'));
    const crc32 = this.#text(line, 'crc32');
    if (!/^[0-9a-f]{8}$/.test(crc32)) throw this.#wrong('crc32', 'eight hex digits', crc32);
    const codec = CODECS.find((known): known is CodecName => known === line.get('codec'));
    if (codec === undefined) throw this.#wrong('codec', `one of ${CODECS.join(', ')}`, line.get('codec'));
    return {
      partition,
      bytes: this.#count(line, 'bytes'),
      rows: this.#count(line, 'rows'),
      checksum: Number.parseInt(crc32, 16),
      codec,
    };
  }

  #partitioner(head: ReadonlyMap<string, unknown>): CheckpointDescription['partitioner'] {
    const value = head.get('partitioner');
    if (value === null) return null;
    if (fieldsOf(value) === undefined) throw this.#wrong('partitioner', 'an object or null', value);
    return value as { readonly [key: string]: JsonValue };
  }

  #classes(head: ReadonlyMap<string, unknown>): CheckpointClass[] {
    const list = head.get('classes');
    if (!Array.isArray(list)) throw this.#wrong('classes', 'a list', list);
    return list.map((item: unknown) => {
      const fields = fieldsOf(item);
      if (fields === undefined) throw this.#wrong('classes', 'a list of objects', item);
      return { name: this.#text(fields, 'name'), version: this.#count(fields, 'version') };
    });
  }

  #nextLine(): ReadonlyMap<string, unknown> {
    this.#lineAt = this.#nextAt;
    const end = this.#body.indexOf(0x0a, this.#lineAt);
    if (end < 0) throw corrupt(this.#path, this.#lineAt, 'a whole line', 'the end of the manifest');
    this.#nextAt = end + 1;
    const text = this.#body.toString('utf8', this.#lineAt, end);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw corrupt(this.#path, this.#lineAt, 'a line of JSON', describeValue(text));
    }
    const fields = fieldsOf(value);
    if (fields === undefined) throw corrupt(this.#path, this.#lineAt, 'a JSON object', describeValue(value));
    return fields;
  }

  #count(fields: ReadonlyMap<string, unknown>, name: string, limit = Number.MAX_SAFE_INTEGER): number {
    const value = fields.get(name);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= limit) return value;
    throw this.#wrong(name, `a whole number up to ${limit}`, value);
  }

  #text(fields: ReadonlyMap<string, unknown>, name: string): string {
    const value = fields.get(name);
    if (typeof value !== 'string') throw this.#wrong(name, 'a text', value);
    return value;
  }

  #textOrNull(fields: ReadonlyMap<string, unknown>, name: string): string | null {
    return fields.get(name) === null ? null : this.#text(fields, name);
  }

  #wrong(what: string, expected: string, found: unknown): CairnError {
    return corrupt(this.#path, this.#lineAt, `${what} to be ${expected}`, describeValue(found));
  }
}

/** As a map: keys such as `__proto__` are keys like others. */
function fieldsOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return new Map(Object.entries(value));
}
