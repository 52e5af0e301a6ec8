import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const SOURCE = join(import.meta.dirname, '../../../lib/base/logger.ts');

describe('stderrLogger', () => {
  it('writes to stderr alone, marked as ours, with further lines indented', () => {
    const code = `import { stderrLogger } from ${JSON.stringify(SOURCE)};
      stderrLogger.info('run 7f3a');
      stderrLogger.warn('a block was lost\\nit is computed again');`;
    const child = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
      encoding: 'utf8',
    });
    expect(child.stdout).toBe('');
    expect(child.stderr).toBe('cairn: run 7f3a\ncairn: warning: a block was lost\n  it is computed again\n');
  });
});
