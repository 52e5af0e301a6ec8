import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { Session } from '../../lib/api/session.ts';
import type { SessionOptions } from '../../lib/config/options.ts';
import { SPEC_MASTER } from './spec-master.ts';

/** The session of a spec file, in a directory of its own. */
export interface SessionOfSpec {
  /** Open while tests run. */
  readonly session: Session;
}

/**
 * Opens a session before the tests of a file (or of a `describe`) and closes it after them. Tasks run in
 * the caller's thread unless the project or `options` say otherwise; what they leave open follows the environment, so
 * that the same specs run on workers, without generated code and with little memory.
 */
export function useSession(options: SessionOptions = {}): SessionOfSpec {
  let session: Session | undefined;
  let directory: string | undefined;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'cairn-spec-'));
    session = await Session.open({ dir: directory, master: SPEC_MASTER, ...options });
  });
  afterAll(async () => {
    await session?.close();
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  });
  return {
    get session() {
      if (session === undefined) throw new TypeError('the session is open within tests only');
      return session;
    },
  };
}
