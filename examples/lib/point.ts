/** The coordinates of a point. */
export type Point = Float64Array | readonly number[];

/** The index of the nearest centre, of equally near ones the first, and the squared distance to it. */
export function nearestCentre(
  centres: readonly Float64Array[],
  point: Point,
): { readonly index: number; readonly squared: number } {
  let index = 0;
  let squared = Infinity;
  for (let i = 0; i < centres.length; i++) {
    const distance = squaredDistance(centres[i] as Float64Array, point);
    if (distance < squared) [index, squared] = [i, distance];
  }
  return { index, squared };
}

/** The squared distance between two points of one length. */
export function squaredDistance(a: Point, b: Point): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return sum;
}
