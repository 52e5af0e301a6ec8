/**
 * Makes one file of the workers' program: `node scripts/bundle-worker.mjs [folder]`, `dist` unless said. Loading some 250
 * modules is most of what starting a thread would cost. Packages stay what they are, and are loaded from where they lie.
 */
import { join } from 'node:path';
import { build } from 'esbuild';

const folder = process.argv[2] ?? 'dist';

await build({
  // At the depth of what it is made from: modules know the engine's folders by their own place.
  entryPoints: [join(folder, 'lib/api/worker-entry.js')],
  outfile: join(folder, 'lib/api/worker.js'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
});
