import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFileSystem } from '../../storage/fs/node-file-system.ts';
import { driverOnly } from '../closure/driver-only.ts';
import type { SessionOptions } from '../config/options.ts';
import { Session } from './session.ts';

/**
 * Runs `work` with a session whose data directory is one of its own among the system's temporary files, and is gone when
 * it is over: for programs of one job that leave nothing but their output. Gives what `work` gives.
 *
 * ```ts
 * await withScratchSession({}, (session) => session.read.csv('a.csv').write.parquet('a'));
 * ```
 */
export async function withScratchSession<T>(
  options: Omit<SessionOptions, 'dir'>,
  work: (session: Session) => Promise<T> | T,
): Promise<T> {
  const dir = join(tmpdir(), `cairn-${randomUUID()}`);
  try {
    await using session = await Session.open({ ...options, dir });
    return await work(session);
  } finally {
    nodeFileSystem.removeTree(dir);
  }
}

driverOnly('withScratchSession', withScratchSession);
