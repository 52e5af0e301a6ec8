import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checksum } from '../../formats/bytes/checksum.ts';
import { ExampleCheckpoints } from './support/example-checkpoints.ts';

it('refuses a manifest of a later release', async () => {
  using example = new ExampleCheckpoints();
  const path = join(example.path(7), '_manifest');
  const lines = readFileSync(path, 'utf8').replace('"version":1', '"version":2').split('\n').slice(0, -2);
  const body = `${lines.join('\n')}\n`;
  const sum = checksum(Buffer.from(body)).toString(16).padStart(8, '0');
  writeFileSync(path, `${body}{"crc32":"${sum}"}\n`);
  const { code, stderr } = await example.run('show', 'ratings');
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^cairn: UNSUPPORTED_VERSION: <dir>.*_manifest/)]);
});

it('shows of one that is being written what its row says', async () => {
  using example = new ExampleCheckpoints();
  expect((await example.run('show', 'later')).stdout).toMatch(/^checkpoint +4\nname +later\n(.*\n)*state +writing\n$/);
});
