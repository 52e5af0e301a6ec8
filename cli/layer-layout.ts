/**
 * Places boxes in layers: what leads to a box is above it, and in each layer boxes stand in the order in which their
 * neighbours do, so that few lines cross (Sugiyama's method, with barycentres). Pure; the same for the same input.
 */

export interface Item {
  readonly id: number;
  readonly width: number;
  readonly height: number;
}

export interface Placed extends Item {
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** By id. */
  readonly placed: ReadonlyMap<number, Placed>;
}

export interface Gaps {
  readonly x: number;
  readonly y: number;
}

/** From one box down to another. */
export type Link = readonly [from: number, to: number];

/** Times that layers are put in order, downwards and upwards in turn: more gain little. */
const SWEEPS = 6;

/** Lays boxes out; links must not lead in a circle, and those to boxes that are not there are passed over. */
export function layoutLayers(items: readonly Item[], links: readonly Link[], gaps: Gaps): Layout {
  const byId = new Map(items.map((item) => [item.id, item]));
  const known = links.filter(([from, to]) => from !== to && byId.has(from) && byId.has(to));
  const above = neighbours(known.map(([from, to]) => [to, from]));
  const below = neighbours(known);
  const layers = orderLayers(layersOf(items, known, below), above, below);
  const widths = layers.map((layer) => layer.reduce((sum, id) => sum + (byId.get(id)?.width ?? 0) + gaps.x, -gaps.x));
  const width = Math.max(0, ...widths);
  const placed = new Map<number, Placed>();
  let y = 0;
  for (const [i, layer] of layers.entries()) {
    let x = Math.round((width - (widths[i] ?? 0)) / 2);
    let height = 0;
    for (const id of layer) {
      const item = byId.get(id) as Item;
      placed.set(id, { ...item, x, y });
      x += item.width + gaps.x;
      height = Math.max(height, item.height);
    }
    y += height + gaps.y;
  }
  return { width, height: Math.max(0, y - gaps.y), placed };
}

function neighbours(links: readonly Link[]): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, number[]>();
  for (const [from, to] of links) {
    const list = found.get(from);
    if (list === undefined) found.set(from, [to]);
    else list.push(to);
  }
  return found;
}

/** Each box as high as what leads to it allows; what leads nowhere near stands right above what it leads to. */
function layersOf(
  items: readonly Item[],
  links: readonly Link[],
  below: ReadonlyMap<number, readonly number[]>,
): number[][] {
  const waiting = new Map<number, number>();
  for (const [, to] of links) waiting.set(to, (waiting.get(to) ?? 0) + 1);
  const depths = new Map<number, number>();
  const ready = items.filter(({ id }) => !waiting.has(id)).map(({ id }) => id);
  const order: number[] = [];
  for (let at = 0; at < ready.length; at++) {
    const id = ready[at] as number;
    order.push(id);
    const depth = depths.get(id) ?? 0;
    depths.set(id, depth);
    for (const next of below.get(id) ?? []) {
      depths.set(next, Math.max(depths.get(next) ?? 0, depth + 1));
      const left = (waiting.get(next) ?? 1) - 1;
      waiting.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
  const hasInputs = new Set(links.map(([, to]) => to));
  for (const id of order.toReversed()) {
    const nearest = Math.min(...(below.get(id) ?? []).map((next) => depths.get(next) ?? 0));
    if (!hasInputs.has(id) && Number.isFinite(nearest)) depths.set(id, nearest - 1);
  }
  const layers: number[][] = [];
  for (const { id } of items) {
    const depth = depths.get(id) ?? 0;
    while (layers.length <= depth) layers.push([]);
    layers[depth]?.push(id);
  }
  return layers;
}

function orderLayers(
  layers: readonly number[][],
  above: ReadonlyMap<number, readonly number[]>,
  below: ReadonlyMap<number, readonly number[]>,
): readonly number[][] {
  const positions = new Map<number, number>();
  const note = (layer: readonly number[]) => {
    for (const [i, id] of layer.entries()) positions.set(id, (i + 0.5) / layer.length);
  };
  const ordered = layers.map((layer) => [...layer]);
  for (const layer of ordered) note(layer);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const isDown = sweep % 2 === 0;
    for (const layer of isDown ? ordered : ordered.toReversed()) {
      const goals = new Map(
        layer.map((id) => {
          const near = (isDown ? above : below).get(id) ?? [];
          const sum = near.reduce((total, other) => total + (positions.get(other) ?? 0), 0);
          return [id, near.length === 0 ? (positions.get(id) ?? 0) : sum / near.length];
        }),
      );
      layer.sort((a, b) => (goals.get(a) ?? 0) - (goals.get(b) ?? 0));
      note(layer);
    }
  }
  return ordered;
}
