import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';

const require = createRequire(import.meta.url);

/** The path of a file of the package `vega-datasets`, relative to the working directory, as lineages show it. */
export function vegaData(name: string): string {
  return relative(process.cwd(), join(dirname(require.resolve('vega-datasets')), '..', 'data', name));
}
