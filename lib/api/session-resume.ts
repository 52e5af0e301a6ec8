/** What a session goes on from earlier runs with, put together from the session's parts. */
import type { FileSystem } from '../../storage/fs/file-system.ts';
import type { CheckpointCatalog } from '../../storage/metadata/checkpoint-catalog.ts';
import type { MapOutput } from '../../storage/shuffle/map-output.ts';
import type { MapOutputReader } from '../../storage/shuffle/map-output-reader.ts';
import type { Clock } from '../base/clock.ts';
import { nodeId, type ShuffleId } from '../base/ids.ts';
import type { CaptureOptions } from '../closure/capture.ts';
import { type Config, OPTIONS } from '../config/options.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { BroadcastRegistry } from '../exec/broadcasts.ts';
import { describeCallSite } from '../lineage/call-site.ts';
import type { LineageNode } from '../lineage/lineage-node.ts';
import { describeRefusals, describeReuse } from '../resume/describe-reuse.ts';
import { Resume } from '../resume/resume.ts';
import type { MapOutputTracker } from '../scheduler/map-output-tracker.ts';
import { countAccumulators } from './accumulators.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { LoopDecision, Reuse } from './engine.ts';
import type { SessionStorage } from './session-storage.ts';

/** What of a session its resuming needs. */
export interface SessionResumeParts {
  readonly config: Config;
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly events: EventBus;
  readonly storage: SessionStorage;
  readonly captureOptions: CaptureOptions;
  readonly broadcasts: BroadcastRegistry;
  readonly tracker: MapOutputTracker;
  readonly mapOutputs: MapOutputReader;
  readonly checkpoints: Checkpoints;
  readonly checkpointCatalog: CheckpointCatalog;
  /** Whether every partition of a dataset has a block. */
  readonly isStored: (node: LineageNode) => boolean;
  /** A dataset of a job is met for the first time. */
  readonly onVisited: (node: LineageNode) => void;
  /** Removes the files of map outputs that nothing names any more. */
  readonly onDrop: (shuffle: ShuffleId, outputs: readonly MapOutput[]) => void;
}

const ACCUMULATORS_MISS =
  'accumulators count what this run computes: tasks of earlier runs, whose work is reused, add nothing to them (docs/shared-variables.md)';

/** Whether a session goes on from earlier runs: as it says, or when it has a name that others can be told by. */
export function resumes({ resume, name }: Config): boolean {
  return resume ?? name !== OPTIONS.name.default;
}

/** Raises what the database raises. The run's row is there. */
export function makeResume(parts: SessionResumeParts): Resume {
  const { config, fileSystem, clock, events, storage, captureOptions, broadcasts, tracker, checkpoints } = parts;
  let isFirst = true;
  let hasWarned = false;
  const warn = (message: string) => events.emit({ kind: 'warning', atMs: clock.nowMs(), message });
  const resume: Resume = new Resume({
    ...{ fileSystem, database: storage.database, clock, run: storage.run, name: config.name, tracker },
    checkpoints: parts.checkpointCatalog,
    capture: captureOptions,
    inputs: config['fingerprint.inputs'],
    isInline: config.master.kind === 'inline',
    retains: config['shuffle.retain'] > 0,
    maxReleasedBytes: config['shuffle.retainBytes'],
    mapOutputs: parts.mapOutputs,
    shuffleDirectory: storage.shuffleDirectory,
    whenReady: () => (broadcasts.isReady ? undefined : broadcasts.ready()),
    mayAdopt: (node) => checkpoints.mayAdopt(node),
    markedNearest: (root) => checkpoints.markedNearest(root),
    adopt: (node, checkpoint, { checkpoint: key }) => checkpoints.adopt(node, checkpoint, key),
    isStored: parts.isStored,
    onVisited: parts.onVisited,
    onDrop: parts.onDrop,
    onDecisions: (decisions) => {
      const atMs = clock.nowMs();
      const reused = describeReuse(decisions);
      if (reused !== undefined) {
        events.emit({ kind: 'work-reused', atMs, ...reused });
        if (countAccumulators() > 0 && !hasWarned) warn(ACCUMULATORS_MISS);
        hasWarned ||= countAccumulators() > 0;
      }
      // What a changed program does not find again is told once: what follows from it comes with every job.
      const refused = isFirst ? describeRefusals(decisions) : undefined;
      if (refused !== undefined) events.emit({ kind: 'reuse-refused', atMs, ...refused });
      if (reused !== undefined || refused !== undefined) isFirst = false;
    },
    onWarning: warn,
    timer: (delayMs, action) => {
      const timeout = setTimeout(action, delayMs).unref();
      return () => clearTimeout(timeout);
    },
  });
  return resume;
}

/** What loops see of it. */
export function reuseOf(resume: Resume, catalog: CheckpointCatalog): Reuse {
  return {
    fingerprints: resume.fingerprints,
    async findCheckpoint(fingerprint) {
      const found = await resume.findCheckpoint(fingerprint);
      return found && { directory: found.entry.directory };
    },
    keepRecords: (records) => resume.keepRecords(records),
    findRecord: (fingerprint) => resume.findRecord(fingerprint),
    noteLoop: (decision) => resume.note([decisionOf(decision, catalog)]),
  };
}

function decisionOf(loop: LoopDecision, catalog: CheckpointCatalog) {
  const { callSite, decision, fingerprint, iteration, fromRun, reasons } = loop;
  const entry = fingerprint === undefined ? undefined : catalog.findByFingerprint(fingerprint);
  const place = describeCallSite(callSite);
  const partCount = entry?.partitionCount ?? 0;
  return {
    kind: 'checkpoint' as const,
    node: entry?.node ?? nodeId(0),
    shuffle: null,
    callSite: iteration === undefined ? place : `${place}, after iteration ${iteration}`,
    decision,
    fromRun: entry?.run ?? fromRun ?? null,
    partsReused: partCount,
    partCount,
    bytes: entry?.totalBytes ?? 0,
    savedMs: entry?.elapsedMs ?? null,
    reasons,
  };
}
