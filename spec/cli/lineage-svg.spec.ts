import { describe, expect, it } from 'vitest';
import { printSvg } from '../../cli/lineage-svg.ts';
import { exampleGraph } from './support/example-graph.ts';

/** Elements, none left open: strict enough for what is printed. */
function elements(svg: string): string[] {
  const open: string[] = [];
  const seen: string[] = [];
  for (const [, close, name = '', attributes, single] of svg.matchAll(/<(\/?)([a-z]+)((?: [\w-]+="[^"<]*")*)(\/?)>/g)) {
    if (close === '/') expect(open.pop()).toBe(name);
    else {
      seen.push(`${name}${attributes}`);
      if (single !== '/') open.push(name);
    }
  }
  expect(open).toEqual([]);
  // Nothing but these is markup.
  expect(svg.match(/</g)).toHaveLength(seen.length + (svg.match(/<\//g)?.length ?? 0));
  return seen;
}

const count = (svg: string, start: string): number => elements(svg).filter((each) => each.startsWith(start)).length;

describe('a lineage as a drawing', () => {
  it('is a drawing where there is no lineage', () => {
    expect(elements(printSvg({ nodes: [], edges: [] }))[0]).toBe(
      'svg xmlns="http://www.w3.org/2000/svg" width="32" height="32" viewBox="0 0 32 32"',
    );
  });

  it('has a box for each stage, a node for each dataset and lines between', () => {
    const svg = printSvg(
      exampleGraph(5, [
        [1, 0],
        [2, 1, 0],
        [3, 2],
        [4, 3, 1],
        [4, 0, 2],
      ]),
    );
    expect(count(svg, 'rect class="box"')).toBe(3);
    expect(count(svg, 'rect class="node"')).toBe(5);
    // Each with its head.
    expect(count(svg, 'path class="narrow"')).toBe(2 * 2);
    expect(count(svg, 'path class="shuffle"')).toBe(2 * 3);
  });

  it('takes names for text, whatever is in them', () => {
    const { nodes, edges } = exampleGraph(1, []);
    const name = '</text><script>alert("x")</script> & \ud800 \u0000\n';
    const svg = printSvg({ nodes: nodes.map((row) => ({ ...row, name })), edges });
    expect(elements(svg).some((each) => each.startsWith('script'))).toBe(false);
    expect(svg).toContain('&lt;/text&gt;&lt;script&gt;alert(&quot;x&quot;)&lt;/scr');
    expect(svg).toContain('&amp; ? ??');
    expect(svg).not.toMatch(/\p{Cs}/u);
  });

  it('cuts long lines and tells all of them where the pointer rests', () => {
    const { nodes, edges } = exampleGraph(1, []);
    const name = 'ranks of all the airports that were ever flown from';
    const svg = printSvg({ nodes: nodes.map((row) => ({ ...row, name })), edges });
    expect(svg).toContain('>ranks of all the airports that were ever fl…</text>');
    expect(svg).toContain(`<title>${name}\n`);
  });

  it('says what stages took, what is checkpointed and what identifies a dataset', () => {
    const { nodes, edges } = exampleGraph(2, [[1, 0, 0]]);
    const svg = printSvg(
      { nodes: nodes.map((row) => ({ ...row, fingerprint: '0123456789abcdef' })), edges },
      {
        stageAt: new Map([[0, 'stage 0: 1.2 s']]),
        checkpointOf: new Map([[1, 'checkpoint: 4 rows, 12 B']]),
      },
    );
    expect(svg).toContain('>stage 0: 1.2 s</text>');
    expect(svg).toContain('>2 partitions  #01234567</text>');
    expect(svg).toContain('0123456789abcdef</title>');
    expect(count(svg, 'rect class="node checkpointed"')).toBe(1);
  });

  it('leaves out lines from inputs that are not on record', () => {
    const { nodes, edges } = exampleGraph(2, [[1, 0]]);
    expect(count(printSvg({ nodes: nodes.slice(1), edges }), 'path')).toBe(0);
  });
});
