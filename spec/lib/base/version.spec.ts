import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { engineVersion } from '../../../lib/base/version.ts';
import { PROJECT_ROOT } from '../../support/source-files.ts';

it('the version is that of the package', () => {
  const { version } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')) as { version: string };
  expect(engineVersion()).toBe(version);
});
