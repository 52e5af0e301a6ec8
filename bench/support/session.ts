import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Session, type SessionOptions } from '../../lib/index.ts';

/** A session in the caller's thread with a data directory of its own, removed when the session is disposed of. */
export async function benchSession(options: SessionOptions = {}): Promise<Session & AsyncDisposable> {
  const dir = mkdtempSync(join(tmpdir(), 'cairn-bench-'));
  const session = await Session.open({ dir, master: 'local', progress: 'off', ...options });
  const close = session.close.bind(session);
  session.close = async () => {
    await close();
    rmSync(dir, { recursive: true, force: true });
  };
  return session;
}
