/** The public surface of `cairn-engine`: everything a user may import, by name. */

export { registerRecordClass } from '../formats/record/record-class.ts';
export type { StorageLevelName } from '../storage/block/storage-level.ts';
export type { JobScope } from './api/job-scope.ts';
export { Rdd } from './api/rdd.ts';
export { Session } from './api/session.ts';
export type { ErrorCode, ErrorKind } from './base/error-table.ts';
export { CairnError } from './base/errors.ts';
export type { Config, SessionOptions } from './config/options.ts';
export type { EngineEvent, TaskMetrics } from './events/engine-event.ts';
