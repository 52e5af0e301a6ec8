/**
 * Why a stored result is not this dataset's: which input, function, captured variable or parameter is another one. Pure:
 * two records in, sentences out.
 */
import type { FunctionDescription } from '../closure/describe-packet.ts';
import type {
  FingerprintRecord,
  FunctionsRecord,
  InputRecord,
  NodeRecord,
  PartitionerRecord,
} from './fingerprint-record.ts';

/** More sentences than these nobody reads. */
const MOST_CHANGES = 100;

/**
 * What differs between the dataset that a result was stored for and the one that is asked for, sources first. Nothing
 * when the fingerprints are the same. At most 100 sentences.
 */
export function diffFingerprints(before: FingerprintRecord, after: FingerprintRecord): readonly string[] {
  const [oldRoot, newRoot] = [before.at(-1), after.at(-1)];
  if (oldRoot === undefined || newRoot === undefined) return oldRoot === newRoot ? [] : ['nothing is known of it'];
  return oldRoot.fingerprint === newRoot.fingerprint ? [] : new Comparison(before, after).run(oldRoot, newRoot);
}

class Comparison {
  readonly #before: ReadonlyMap<string, NodeRecord>;
  readonly #after: ReadonlyMap<string, NodeRecord>;
  readonly #changes: string[][] = [];
  readonly #compared = new Set<string>();

  constructor(before: FingerprintRecord, after: FingerprintRecord) {
    this.#before = new Map(before.map((record) => [record.fingerprint, record]));
    this.#after = new Map(after.map((record) => [record.fingerprint, record]));
  }

  run(oldRoot: NodeRecord, newRoot: NodeRecord): readonly string[] {
    const stack: (readonly [NodeRecord, NodeRecord])[] = [[oldRoot, newRoot]];
    for (let pair = stack.pop(); pair !== undefined; pair = stack.pop()) {
      const [before, after] = pair;
      const key = `${before.fingerprint} ${after.fingerprint}`;
      if (before.fingerprint === after.fingerprint || this.#compared.has(key)) continue;
      this.#compared.add(key);
      const replaced = this.#describeReplacement(before, after);
      if (replaced !== undefined) {
        this.#changes.push([replaced]);
        continue;
      }
      this.#changes.push(changedParts(before, after, this.#areOthersCut(before, after)));
      for (const [oldParent, newParent] of pairs(parentsOf(before), parentsOf(after))) {
        const [old, current] = [this.#before.get(oldParent), this.#after.get(newParent)];
        if (old !== undefined && current !== undefined) stack.push([old, current]);
        else if (oldParent !== newParent) this.#changes.push([`an input of ${after.callSite} changed`]);
      }
    }
    // The nearest to the sources is the cause, and what follows from it comes after.
    const found = [...new Set(this.#changes.reverse().flat())];
    return found.length === 0 ? ['something that is on no record changed'] : found.slice(0, MOST_CHANGES);
  }

  /** Whether another number of partitions comes from above: then it is told there. */
  #areOthersCut(before: NodeRecord, after: NodeRecord): boolean {
    return pairs(before.inputs, after.inputs).some(([old, current]) => {
      if (current.shuffle !== undefined) return false;
      return this.#before.get(old.parent)?.partitions !== this.#after.get(current.parent)?.partitions;
    });
  }

  /** Datasets that do not correspond: a step more, a step less, or another one. */
  #describeReplacement(before: NodeRecord, after: NodeRecord): string | undefined {
    const isSameKind = before.kind === after.kind && before.parameters.step === after.parameters.step;
    if (isSameKind && before.inputs.length === after.inputs.length) return undefined;
    if (this.#after.has(before.fingerprint)) return `${after.callSite} was added`;
    if (this.#before.has(after.fingerprint)) return `${before.callSite} was removed`;
    if (isSameKind) return `${after.callSite} has ${after.inputs.length} inputs, and had ${before.inputs.length}`;
    return `${after.callSite} is in the place of ${before.callSite}`;
  }
}

function parentsOf({ inputs, partitioner }: NodeRecord): readonly string[] {
  const parents = inputs.map(({ parent }) => parent);
  const sampled = [...inputs.map(({ shuffle }) => shuffle?.partitioner), partitioner].map((each) => each?.sampled);
  return [...parents, ...sampled.flatMap((each) => (each === undefined ? [] : [each.fingerprint]))];
}

/** What differs in the two themselves, not in what they are computed from. */
function changedParts(before: NodeRecord, after: NodeRecord, areOthersCut: boolean): string[] {
  const { callSite } = after;
  const changes: string[] = [];
  if (before.version !== after.version) changes.push(`version of fingerprints: ${before.version} -> ${after.version}`);
  changes.push(...changedParameters(before, after));
  changes.push(...changedFiles(before.files ?? [], after.files ?? []));
  if (before.records?.digest !== after.records?.digest || before.records?.count !== after.records?.count) {
    const [old, current] = [before.records?.count, after.records?.count];
    changes.push(`records of ${callSite} changed${old === current ? '' : ` (${old} -> ${current})`}`);
  }
  changes.push(...changedFunctions(before.functions, after.functions));
  for (const [old, current] of pairs(before.inputs, after.inputs)) {
    if ((old.shuffle === undefined) !== (current.shuffle === undefined)) {
      changes.push(
        `${callSite} ${current.shuffle === undefined ? 'needs no shuffle any more' : 'needs a shuffle now'}`,
      );
    } else if (old.shuffle !== undefined && current.shuffle !== undefined) {
      if (old.shuffle.parameters !== current.shuffle.parameters) changes.push(`the shuffle of ${callSite} changed`);
      changes.push(...changedFunctions(old.shuffle.functions, current.shuffle.functions));
      changes.push(...changedPartitioner(old.shuffle.partitioner, current.shuffle.partitioner, callSite));
    }
  }
  changes.push(...changedPartitioner(before.partitioner, after.partitioner, callSite));
  if (before.declared !== after.declared) {
    changes.push(`declared version of ${callSite}: ${before.declared ?? 'none'} -> ${after.declared ?? 'none'}`);
  }
  // Last, and by itself only: it mostly follows from something else.
  if (changes.length === 0 && !areOthersCut && before.partitions !== after.partitions) {
    changes.push(`partitions of ${callSite}: ${before.partitions} -> ${after.partitions}`);
  }
  return changes;
}

function changedParameters(before: NodeRecord, after: NodeRecord): string[] {
  const names = new Set([...Object.keys(before.parameters), ...Object.keys(after.parameters)]);
  return [...names].flatMap((name) => {
    const [old, current] = [before.parameters[name], after.parameters[name]];
    if (old === current) return [];
    const what = `'${name}' of ${after.callSite}`;
    return [
      isHidden(old) || isHidden(current) ? `${what} changed` : `${what}: ${old ?? 'none'} -> ${current ?? 'none'}`,
    ];
  });
}

function isHidden(text: string | undefined): boolean {
  return text?.startsWith('"sha256:') === true;
}

function changedPartitioner(
  before: PartitionerRecord | undefined,
  after: PartitionerRecord | undefined,
  callSite: string,
): string[] {
  if (before?.digest === after?.digest) return [];
  if (before?.text !== after?.text) {
    return [`partitioner of ${callSite}: ${before?.text ?? 'none'} -> ${after?.text ?? 'none'}`];
  }
  const functions = changedFunctions(before?.functions, after?.functions);
  if (functions.length > 0) return functions;
  const [old, current] = [before?.sampled, after?.sampled];
  if (old?.seed !== current?.seed) return [`seed of the ranges of ${callSite}: ${old?.seed} -> ${current?.seed}`];
  // Then it is the dataset that gives the ranges, which has its own sentence.
  return old?.fingerprint === current?.fingerprint ? [`partitioner of ${callSite} changed`] : [];
}

/** What differs between two lists of files. */
export function changedFiles(before: readonly InputRecord[], after: readonly InputRecord[]): string[] {
  const [old, current] = [byPath(before), byPath(after)];
  const changes: string[] = [];
  for (const [path, file] of current) {
    const known = old.get(path);
    if (known === undefined) changes.push(`input ${path}: added`);
    else changes.push(...changedFile(known, file));
  }
  for (const path of old.keys()) if (!current.has(path)) changes.push(`input ${path}: removed`);
  if (changes.length > 0) return changes;
  const isSameOrder = before.length === after.length && before.every(({ path }, i) => path === after[i]?.path);
  return isSameOrder ? [] : ['inputs are read in another order'];
}

function byPath(files: readonly InputRecord[]): ReadonlyMap<string, InputRecord> {
  return new Map(files.map((file) => [file.path, file]));
}

function changedFile(before: InputRecord, after: InputRecord): string[] {
  const { path } = after;
  if (before.sizeBytes !== after.sizeBytes) return [`input ${path}: size ${before.sizeBytes} -> ${after.sizeBytes}`];
  if (before.content !== after.content) return [`input ${path}: content changed`];
  if (before.resolved !== after.resolved) return [`input ${path}: ${before.resolved} -> ${after.resolved}`];
  if (before.modifiedMs === after.modifiedMs) return [];
  return [`input ${path}: modified ${timeOf(before.modifiedMs)} -> ${timeOf(after.modifiedMs)}`];
}

function timeOf(ms: number | undefined): string {
  const time = new Date(ms ?? Number.NaN);
  return Number.isNaN(time.getTime()) ? 'unknown' : time.toISOString();
}

/** What differs between functions that were captured for the same purpose. */
export function changedFunctions(before: FunctionsRecord | undefined, after: FunctionsRecord | undefined): string[] {
  if (before?.digest === after?.digest) return [];
  if (before === undefined || after === undefined) return ['functions changed'];
  const changes = pairs(before.functions, after.functions).flatMap(([old, current]) => changedFunction(old, current));
  if (before.values !== after.values) changes.push(`what ${whoseOf(after)} is given changed`);
  if (changes.length > 0) return [...new Set(changes)];
  if (before.functions.length !== after.functions.length) return [`functions that ${whoseOf(after)} uses changed`];
  return [`how ${whoseOf(after)} shares what it captures changed`];
}

function whoseOf({ functions: [first] }: FunctionsRecord): string {
  return first === undefined ? 'a function of the engine' : `the function at ${first.location}`;
}

function changedFunction(before: FunctionDescription, after: FunctionDescription): string[] {
  const { location, name } = after;
  if (before.text !== after.text) return [`function at ${location} changed`];
  const known = new Map(before.captures.map((capture) => [capture.name, capture.digest]));
  return after.captures
    .filter((capture) => known.get(capture.name) !== capture.digest)
    .map((capture) =>
      capture.name === '[members]'
        ? `properties of ${name || 'the function'} changed at ${location}`
        : `captured '${capture.name}' changed at ${location}`,
    );
}

function pairs<T>(before: readonly T[], after: readonly T[]): (readonly [T, T])[] {
  return before.slice(0, after.length).map((old, i) => [old, after[i] as T] as const);
}
