/**
 * What a loop, and its state after an iteration, are found again by: records beside those of datasets, so that of two
 * loops it can be told what differs. A loop is known by its functions, what they capture, and the dataset it begins with;
 * its state after iteration k by the loop and k, whatever lineage it was computed through.
 */
import { type CallSite, describeCallSite } from './call-site.ts';
import { digestOfData } from './canonical-text.ts';
import { FINGERPRINT_VERSION } from './fingerprint-parts.ts';
import type { FunctionsRecord, NodeRecord } from './fingerprint-record.ts';

/** Part of every loop's fingerprint: raised when loops mean something else by the same functions. */
const LOOP_VERSION = 1;

export interface LoopParts {
  readonly callSite: CallSite;
  /** Fingerprints: of the dataset it begins with, then of those that its functions capture. */
  readonly inputs: readonly [initial: string, ...captured: string[]];
  readonly partitions: number;
  /** Of `step` and `until`. */
  readonly functions: FunctionsRecord | undefined;
  readonly declared: string | undefined;
}

/** The record of a loop; its fingerprint is the loop's key. */
export function loopRecord({ callSite, inputs, partitions, functions, declared }: LoopParts): NodeRecord {
  // What functions capture is in their digest.
  const fingerprint = digestOfData([FINGERPRINT_VERSION, 'loop', LOOP_VERSION, inputs[0], functions?.digest, declared]);
  return {
    fingerprint,
    version: FINGERPRINT_VERSION,
    kind: 'loop',
    callSite: describeCallSite(callSite),
    partitions,
    parameters: {},
    inputs: inputs.map((parent) => ({ parent })),
    ...(functions === undefined ? {} : { functions }),
    ...(declared === undefined ? {} : { declared }),
    volatile: [],
  };
}

/** The record of a loop's state after an iteration, counted from 1. */
export function iterationRecord(loop: NodeRecord, iteration: number): NodeRecord {
  const { version, callSite, partitions } = loop;
  return {
    fingerprint: stateFingerprint(loop.fingerprint, iteration),
    version,
    kind: 'iteration',
    callSite,
    partitions,
    parameters: { iteration: String(iteration) },
    inputs: [{ parent: loop.fingerprint }],
    volatile: [],
  };
}

/** What the state after an iteration is found by. */
export function stateFingerprint(loop: string, iteration: number): string {
  return digestOfData([FINGERPRINT_VERSION, 'iteration', loop, iteration]);
}
