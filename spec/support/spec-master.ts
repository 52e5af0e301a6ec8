import type { SessionOptions } from '../../lib/config/options.ts';

/**
 * Where the tasks of sessions of specs run: in the caller's thread, unless the project that runs the specs says that
 * the same specs shall hold on workers.
 */
export const SPEC_MASTER: NonNullable<SessionOptions['master']> = process.env.CAIRN_SPEC_MASTER ?? 'local';

/** Whether sessions of specs run their tasks on workers, where functions see copies of what they capture. */
export const ON_WORKERS = SPEC_MASTER !== 'local';
