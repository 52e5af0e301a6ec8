/**
 * A lineage as a drawing that needs nothing but a browser: `cairn lineage --format svg > lineage.svg`. Inputs above; a
 * box for what tasks compute in one go, with its stages and what they took; thick lines where a shuffle is between;
 * persisted datasets are yellow, checkpointed ones green. What is cut off is told in full where the pointer rests.
 */
import type { LineageGraph, LineageNodeRow } from '../lib/index.ts';
import { type Item, type Layout, type Link, layoutLayers, type Placed } from './layer-layout.ts';
import { type LineageDetails, NO_DETAILS, shortFingerprint } from './lineage-details.ts';
import { printable } from './print-table.ts';
import { stageBoxes } from './stage-boxes.ts';

/** Pixels; a character of the font is never wider than `CHARACTER`. */
const CHARACTER = 7.3;
const LINE = 15;
const PADDING = 8;
const TITLE = 20;
const MARGIN = 16;
const LONGEST_LINE = 44;
const MOST_OBSTACLES = 500;
const NODE_GAPS = { x: 18, y: 26 };
const BOX_GAPS = { x: 28, y: 46 };

const STYLE = `
  text { font: 12px ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: #1f2430; }
  .title { fill: #5b6475; }
  .first { font-weight: 600; }
  .box { fill: #f4f6fa; stroke: #c3cad8; }
  .node { fill: #ffffff; stroke: #6b7690; }
  .persisted { fill: #fff3bf; }
  .checkpointed { fill: #d3f3d8; }
  .narrow { fill: none; stroke: #6b7690; }
  .shuffle { fill: none; stroke: #b3541e; stroke-width: 2.5; }
  .label { fill: #b3541e; font-size: 11px; }`;

interface Box extends Item {
  readonly inner: Layout;
  readonly titles: readonly string[];
}

/** Draws a lineage; an empty one too. Nothing of the text of a dataset is markup. */
export function printSvg(graph: LineageGraph, details: LineageDetails = NO_DETAILS): string {
  const { nodes, edges } = graph;
  const boxOf = stageBoxes(graph);
  const labels = new Map<number, readonly string[]>(nodes.map((row) => [row.node, labelOf(row, details)]));
  const members = new Map<number, LineageNodeRow[]>();
  for (const row of nodes) {
    const box = boxOf.get(row.node) as number;
    const known = members.get(box);
    if (known === undefined) members.set(box, [row]);
    else known.push(row);
  }
  const links = edges.map(({ parent, child }): Link => [parent, child]);
  const boxes = [...members].map(([id, rows]): Box => {
    const items = rows.map(({ node }) => sizeOf(node, labels.get(node) ?? []));
    const inner = layoutLayers(items, links, NODE_GAPS);
    const titles = rows.flatMap(({ node }) => details.stageAt.get(node) ?? []);
    const widest = Math.max(...titles.map((title) => cut(title).length), 0) * CHARACTER;
    const width = Math.max(inner.width, Math.ceil(widest)) + 2 * PADDING;
    return { id, width, height: inner.height + 2 * PADDING + TITLE * titles.length, inner, titles };
  });
  const boxLinks = links.map(([from, to]): Link => [boxOf.get(from) ?? -1, boxOf.get(to) ?? -1]);
  const outer = layoutLayers(boxes, boxLinks, BOX_GAPS);
  const places = new Map<number, Placed>();
  for (const box of boxes) {
    const { x, y } = outer.placed.get(box.id) as Placed;
    const left = MARGIN + x + Math.round((box.width - box.inner.width) / 2);
    const top = MARGIN + y + PADDING + TITLE * box.titles.length;
    for (const [node, place] of box.inner.placed) {
      places.set(node, { ...place, x: left + place.x, y: top + place.y });
    }
  }
  // Beyond that, nobody follows single lines.
  const obstacles = nodes.length <= MOST_OBSTACLES ? [...places.values()] : [];
  const [width, height] = [outer.width + 2 * MARGIN, outer.height + 2 * MARGIN];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<style>${STYLE}\n</style>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...boxes.map((box) => drawBox(box, outer.placed.get(box.id) as Placed)),
    ...edges.map(({ parent, child, shuffle }) => {
      const [from, to] = [places.get(parent), places.get(child)];
      return from === undefined || to === undefined ? '' : drawEdge(from, to, shuffle, obstacles);
    }),
    ...nodes.map((row) => drawNode(row, places.get(row.node) as Placed, labels.get(row.node) ?? [], details)),
    '</svg>\n',
  ]
    .filter((line) => line !== '')
    .join('\n');
}

function labelOf(row: LineageNodeRow, { checkpointOf }: LineageDetails): readonly string[] {
  const { node, name, className, callSiteShort, partitionCount, storageLevel, fingerprint } = row;
  const count = `${partitionCount} ${partitionCount === 1 ? 'partition' : 'partitions'}`;
  const last = [count, shortFingerprint(fingerprint)].filter((each) => each !== undefined).join('  ');
  return [name, `${className}[${node}]`, callSiteShort, storageLevel, checkpointOf.get(node), last]
    .filter((line): line is string => typeof line === 'string')
    .map(printable);
}

function sizeOf(id: number, lines: readonly string[]): Item {
  const longest = Math.max(...lines.map((line) => cut(line).length), 0);
  return { id, width: Math.ceil(longest * CHARACTER) + 2 * PADDING, height: lines.length * LINE + 2 * PADDING - 3 };
}

function drawBox({ width, height, titles }: Box, place: Placed): string {
  const [x, y] = [place.x + MARGIN, place.y + MARGIN];
  const texts = titles.map((title, i) => {
    return `<text class="title" x="${x + PADDING}" y="${y + TITLE * (i + 1) - 4}">${escapeText(cut(title))}</text>`;
  });
  return `<rect class="box" x="${x}" y="${y}" width="${width}" height="${height}" rx="8"/>${texts.join('')}`;
}

function drawNode(row: LineageNodeRow, place: Placed, lines: readonly string[], details: LineageDetails): string {
  const { x, y, width, height } = place;
  const isCheckpointed = details.checkpointOf.has(row.node);
  const kind = isCheckpointed ? ' checkpointed' : row.storageLevel === null ? '' : ' persisted';
  const texts = lines.map((line, i) => {
    const start = i === 0 ? ' class="first"' : '';
    return `<text${start} x="${x + PADDING}" y="${y + PADDING + LINE * (i + 1) - 5}">${escapeText(cut(line))}</text>`;
  });
  const whole = [...lines, printable(row.callSite), ...(row.fingerprint === null ? [] : [row.fingerprint])];
  return [
    `<g><title>${escapeText(whole.join('\n'))}</title>`,
    `<rect class="node${kind}" x="${x}" y="${y}" width="${width}" height="${height}" rx="5"/>`,
    `${texts.join('')}</g>`,
  ].join('');
}

/** A curve from one dataset down to another, led around what stands straight between them. */
function drawEdge(from: Placed, to: Placed, shuffle: number | null, obstacles: readonly Placed[]): string {
  const [x1, y1] = [from.x + from.width / 2, from.y + from.height];
  const [x2, y2] = [to.x + to.width / 2, to.y];
  const bend = Math.max(14, (y2 - y1) / 2);
  const [left, right] = [Math.min(x1, x2), Math.max(x1, x2)];
  const between = obstacles.filter((at) => {
    return at.y >= y1 && at.y + at.height <= y2 && at.x < right && at.x + at.width > left && right - left < at.width;
  });
  // A curve comes three quarters of the way to its control points.
  const aside = Math.max(...between.map((at) => at.x + at.width + PADDING / 2 - left), 0) * (4 / 3);
  const path = `M${x1} ${y1} C${round(x1 + aside)} ${y1 + bend} ${round(x2 + aside)} ${y2 - bend} ${x2} ${y2}`;
  const head = `M${x2 - 4} ${y2 - 7} L${x2} ${y2} L${x2 + 4} ${y2 - 7}`;
  if (shuffle === null) return `<path class="narrow" d="${path}"/><path class="narrow" d="${head}"/>`;
  const middle = (x1 + x2) / 2 + aside * 0.75;
  const label = `<text class="label" x="${round(middle + 6)}" y="${(y1 + y2) / 2 + 4}">shuffle ${shuffle}</text>`;
  return `<path class="shuffle" d="${path}"/><path class="shuffle" d="${head}"/>${label}`;
}

function round(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}

function cut(line: string): string {
  const characters = [...line];
  return characters.length <= LONGEST_LINE ? line : `${characters.slice(0, LONGEST_LINE - 1).join('')}…`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeText(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
}
