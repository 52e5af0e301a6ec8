import type { ProcessTable } from '../../storage/fs/process-identity.ts';
import type { RunStart } from '../../storage/metadata/job-log.ts';
import type { JsonValue } from '../../storage/metadata/rows.ts';
import type { RunId } from '../base/ids.ts';
import { engineVersion } from '../base/version.ts';
import type { Master } from '../config/master.ts';
import type { Config } from '../config/options.ts';

/** What is known of a run when its session opens. */
export function describeRun(run: RunId, config: Config, processes: Pick<ProcessTable, 'self' | 'command'>): RunStart {
  const { pid, bootId, startTime } = processes.self;
  return {
    run,
    pid,
    bootId,
    processStart: startTime,
    command: processes.command,
    master: describeMaster(config.master),
    nodeVersion: process.version,
    cairnVersion: engineVersion(),
    options: Object.fromEntries(Object.entries(config).map(([name, value]) => [name, toJson(value)])),
  };
}

/** The inverse of `parseMaster`, but for the number of failures, which is an option of its own. */
function describeMaster(master: Master): string {
  return master.kind === 'inline' ? 'local' : `local[${master.workers}]`;
}

function toJson(value: Config[keyof Config]): JsonValue {
  if (value === undefined) return null;
  if (value instanceof Map) return Object.fromEntries(value) as { readonly [name: string]: JsonValue };
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || Array.isArray(value)) return value as JsonValue;
  return 'kind' in value ? describeMaster(value) : null;
}
