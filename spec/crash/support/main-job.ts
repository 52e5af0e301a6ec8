/** The main job with its data directory and its output where a spec wants them. */
import { run } from '../../../examples/10-flights.ts';
import { PROJECT_ROOT } from '../../support/source-files.ts';

// Lineages show paths relative to it.
process.chdir(PROJECT_ROOT);
const [dir = '', out = ''] = process.argv.slice(2);
await run((text) => process.stdout.write(`${text}\n`), { dir, out, note: () => undefined });
