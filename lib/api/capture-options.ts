import type { Clock } from '../base/clock.ts';
import { byReference } from '../closure/by-reference.ts';
import type { CaptureOptions, CaptureWarning } from '../closure/capture-graph.ts';
import type { Config } from '../config/options.ts';
import type { EventBus } from '../events/event-bus.ts';

/** Warnings that are remembered, so that a job that runs again and again is not told the same thing each time. */
const MOST_WARNINGS = 1000;

/** How a session's functions travel, by its options. Warnings become events, each message once. */
export function captureOptionsOf(config: Config, events: EventBus, clock: Clock): CaptureOptions {
  const told = new Set<string>();
  return {
    byReference: byReference(config['closure.byReference'], process.cwd()),
    mutableCaptures: config['closure.mutableCaptures'],
    warnBytes: config['closure.warnBytes'],
    onWarning: ({ message }: CaptureWarning) => {
      if (told.has(message)) return;
      if (told.size < MOST_WARNINGS) told.add(message);
      events.emit({ kind: 'warning', atMs: clock.nowMs(), message });
    },
  };
}
