import { isMainThread } from 'node:worker_threads';
import { Session } from '../../../lib/api/session.ts';
import { SpecDirectory } from '../../support/engine-of-spec.ts';

/** Whether tasks of master `local[2]` run on threads of their own. */
export async function tasksHaveThreads(): Promise<boolean> {
  using home = new SpecDirectory();
  await using session = await Session.open({ dir: home.join('data'), master: 'local[2]', progress: 'off' });
  const inSessionThread = await session
    .range(2)
    .map(() => isMainThread)
    .collect();
  return !inSessionThread.includes(true);
}
