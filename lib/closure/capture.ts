/**
 * The driver's side: functions and what they capture, made ready to travel.
 *
 * Captured values are read when `capture` is called: what travels is a snapshot of that moment.
 */
import { types } from 'node:util';
import { formatByteSize } from '../base/byte-size.ts';
import { CairnError } from '../base/errors.ts';
import { isPackage } from './by-reference.ts';
import type { CaptureOptions, CaptureWarning } from './capture-graph.ts';
import { type EncoderOptions, GraphEncoder } from './graph-encoder.ts';
import { Inspections } from './inspections.ts';
import { withInspector } from './inspector-session.ts';
import { ModuleNeeded } from './module-exports.ts';
import { loadExports } from './package-exports.ts';
import type { Packet } from './packet.ts';
import { portableMark } from './portable.ts';
import { isSelfContained } from './self-contained.ts';
import { explicitCaptures } from './with-captures.ts';

export type { CaptureOptions, CaptureWarning } from './capture-graph.ts';

const WARN_BYTES = 1024 * 1024;
/** What `check` looks at: elements of one object, and objects. */
const CHECKED = { size: 500, nodes: 2000 };

/**
 * Captures functions, together: what they share is shared in the worker too. Raises `TASK_NOT_SERIALIZABLE` with the
 * path to what cannot travel, and `INSPECTOR_UNAVAILABLE` where a process cannot inspect itself.
 */
export async function capture(functions: readonly unknown[], options: CaptureOptions = {}): Promise<Packet> {
  const inspections = new Inspections();
  for (;;) {
    const attempt = tryCapture(functions, options, inspections);
    if (!(attempt instanceof ModuleNeeded)) return attempt;
    await loadExports(attempt.url);
  }
}

/**
 * What `capture` gives, at once; undefined where a module has to be read first, which takes a while: then only `capture`
 * tells.
 */
export function captureNow(functions: readonly unknown[], options: CaptureOptions = {}): Packet | undefined {
  const attempt = tryCapture(functions, options, new Inspections());
  return attempt instanceof ModuleNeeded ? undefined : attempt;
}

/** A list of functions that cannot be captured, and what `capture` would have raised. */
export interface Refused {
  readonly error: unknown;
}

/**
 * A packet for each list of functions, all as they are at one moment and in one session of the inspector. What a packet
 * holds depends on its own functions alone; one list that is refused does not stop the others. The packets identify and
 * are not for reviving: their classes have no identity. Warns of nothing, and does not reject.
 */
export async function captureEach(
  lists: readonly (readonly unknown[])[],
  options: CaptureOptions = {},
): Promise<readonly (Packet | Refused)[]> {
  // What one list has met of modules must not change the bytes of another.
  const inspections = lists.map(() => new Inspections());
  for (;;) {
    try {
      return captureAll(lists, options, inspections);
    } catch (error) {
      if (!(error instanceof ModuleNeeded)) throw error;
      await loadExports(error.url);
    }
  }
}

function captureAll(
  lists: readonly (readonly unknown[])[],
  options: CaptureOptions,
  inspections: readonly Inspections[],
): readonly (Packet | Refused)[] {
  const one = (list: readonly unknown[], i: number): Packet | Refused => {
    const encoder = new GraphEncoder(
      { ...encoderOptions(options, []), identifiesClasses: false },
      inspections[i] as Inspections,
    );
    try {
      return inspecting(list, () => encoder.encode(list));
    } catch (error) {
      if (error instanceof ModuleNeeded) throw error;
      return { error };
    }
  };
  try {
    return inspecting(lists.flat(), () => lists.map(one));
  } catch (error) {
    // Those that need no inspector can be captured all the same.
    if (CairnError.is(error, 'INSPECTOR_UNAVAILABLE')) return lists.map(one);
    throw error;
  }
}

/**
 * Raises now what `capture` would raise later, as far as it can be told without loading modules: for the moment in
 * which a transformation is written, so that the error's stack begins at the user's line. Of large data it looks at a
 * part only: it costs a fraction of a millisecond, whatever is captured, and next to nothing where nothing is.
 */
export function check(fn: unknown, options: CaptureOptions = {}): void {
  if (isSelfContained(fn)) return;
  const encoder = new GraphEncoder(
    { ...encoderOptions(options, []), identifiesClasses: false, sample: CHECKED },
    new Inspections(),
  );
  try {
    inspecting([fn], () => encoder.check([fn]));
  } catch (error) {
    if (!(error instanceof ModuleNeeded)) throw error;
  }
}

function tryCapture(
  functions: readonly unknown[],
  options: CaptureOptions,
  inspections: Inspections,
): Packet | ModuleNeeded {
  const warnings: CaptureWarning[] = [];
  const encoder = new GraphEncoder(encoderOptions(options, warnings), inspections);
  try {
    const packet = inspecting(functions, () => encoder.encode(functions));
    warnOfSize(packet, encoder, options, warnings);
    for (const warning of warnings) options.onWarning?.(warning);
    return packet;
  } catch (error) {
    if (error instanceof ModuleNeeded) return error;
    throw error;
  }
}

/** One session for all functions; none where nothing has to be inspected. */
function inspecting<T>(functions: readonly unknown[], body: () => T): T {
  return functions.every(isExplicit) ? body() : withInspector(body);
}

function isExplicit(value: unknown): boolean {
  if (typeof value !== 'function' || types.isProxy(value)) return false;
  const mark = portableMark(value);
  if (mark !== undefined)
    return mark.parameters?.every((each) => typeof each !== 'function' || isExplicit(each)) ?? true;
  return explicitCaptures(value) !== undefined;
}

function encoderOptions(options: CaptureOptions, warnings: CaptureWarning[]): EncoderOptions {
  return {
    byReference: options.byReference ?? isPackage,
    mutableCaptures: options.mutableCaptures ?? 'error',
    warn: (warning) => warnings.push(warning),
    identifiesClasses: true,
    standIn: options.standIn,
  };
}

function warnOfSize(packet: Packet, encoder: GraphEncoder, options: CaptureOptions, warnings: CaptureWarning[]): void {
  if (packet.bytes.length <= (options.warnBytes ?? WARN_BYTES)) return;
  const largest = encoder.largestCapture();
  if (largest === undefined) return;
  const { variable, sizeBytes, location } = largest;
  warnings.push({
    kind: 'large-capture',
    message:
      `closure at ${location} captures '${variable}', which takes ${formatByteSize(sizeBytes)}: ` +
      `broadcast it, so that each worker gets it once for all jobs: const ${variable} = session.broadcast(…), then ${variable}.value inside the closure`,
  });
}
