/** Which specs open sessions: what the environment says of code generation and memory reaches these alone. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** Where options are taken from the environment. */
const READS_ENVIRONMENT = /\/lib\/(?:index|api\/session|api\/session-engine|config\/config)\.ts$/;
const IMPORT = /(?:from\s+|import\()'(\.[^']+\.ts)'/g;
/** Runs the examples as programs of their own, which get the environment. */
const RUNS_PROGRAMS = ['spec/examples/examples.spec.ts'];

/** Paths of specs below the folders, such as `spec/lib`, that import a session, by way of their support files as well. */
export function specsWithSessions(root: string, folders: readonly string[]): string[] {
  const known = new Map<string, boolean>();
  const opens = (path: string): boolean => {
    const found = known.get(path);
    if (found !== undefined) return found;
    // While it is looked at it opens none: imports may go round.
    known.set(path, false);
    const imports = [...readFileSync(path, 'utf8').matchAll(IMPORT)].map(([, to]) =>
      resolve(dirname(path), to as string),
    );
    const own = (to: string): boolean => /^(?:spec|examples)\//.test(relative(root, to).replaceAll('\\', '/'));
    const result = imports.some(
      (to) => READS_ENVIRONMENT.test(to.replaceAll('\\', '/')) || (own(to) && existsSync(to) && opens(to)),
    );
    known.set(path, result);
    return result;
  };
  const specs = folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
        (name) => `${folder}/${name.replaceAll('\\', '/')}`,
      ),
    )
    .filter((path) => path.endsWith('.spec.ts'))
    .filter((path) => RUNS_PROGRAMS.includes(path) || opens(join(root, path)));
  if (specs.length <= RUNS_PROGRAMS.length) throw new Error(`no spec below ${folders.join()} imports a session`);
  return specs;
}
