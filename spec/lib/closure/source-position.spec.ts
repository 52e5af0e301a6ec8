import { describe, expect, it } from 'vitest';
import { recordScript } from '../../../lib/closure/script-table.ts';
import { describePosition, originalPosition, readableUrl, remapStack } from '../../../lib/closure/source-position.ts';

/** Line 1 of the script comes from line 11, column 3 of `original.ts`. */
const MAP = { version: 3, sources: ['original.ts'], names: [], mappings: 'AAUE' };

function script(name: string, sourceMapUrl: string): string {
  const url = `file://${process.cwd()}/${name}`;
  recordScript(name, { url, isModule: true, sourceMapUrl });
  return url;
}
const inline = `data:application/json;base64,${Buffer.from(JSON.stringify(MAP)).toString('base64')}`;

describe('positions', () => {
  it('lead back through an inline map', () => {
    const url = script('inline.js', inline);
    expect(originalPosition({ url, line: 0, column: 0 })).toEqual({
      url: url.replace('inline.js', 'original.ts'),
      line: 10,
      column: 2,
    });
    expect(describePosition({ url, line: 0, column: 0 })).toBe('original.ts:11');
  });

  it('stay as they are without a map, or with one that cannot be read', () => {
    for (const [i, map] of ['', 'missing.map', 'data:application/json,{'].entries()) {
      const place = { url: script(`plain-${i}.js`, map), line: 4, column: 1 };
      expect(originalPosition(place)).toBe(place);
    }
  });

  it('read as paths from the working directory', () => {
    expect(readableUrl(`file://${process.cwd()}/src/job.ts`)).toBe('src/job.ts');
    expect(readableUrl('file:///elsewhere/job.ts')).toBe('/elsewhere/job.ts');
    expect([readableUrl(''), readableUrl('node:fs')]).toEqual(['<anonymous>', 'node:fs']);
  });
});

describe('remapStack', () => {
  it('leads every frame with a map back, as URL or path, and leaves the rest', () => {
    const url = script('stack.js', inline);
    const path = url.replace('file://', '');
    const original = url.replace('stack.js', 'original.ts');
    const stack = `Error: at 1:1\n    at f (${url}:1:1)\n    at ${path}:1:1\n    at node:internal/x:3:4`;
    expect(remapStack(stack)).toBe(
      `Error: at 1:1\n    at f (${original}:11:3)\n    at ${original}:11:3\n    at node:internal/x:3:4`,
    );
  });
});
