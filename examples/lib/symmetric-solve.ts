/**
 * Small symmetric systems A x = b whose A has no negative eigenvalues, as normal equations are.
 *
 * A is packed by rows of its lower triangle: row i begins at i (i + 1) / 2. Cholesky's method answers where A is safely
 * positive definite; where it is singular, or so nearly that rounding decides, the least of all x that come closest.
 */

/** Pivots below this share of the diagonal are taken for rounding of 0. */
const LEAST_PIVOT = 1e-11;
/** Jacobi's method doubles the correct digits with each sweep; a dozen is plenty for any A of this size. */
const MOST_SWEEPS = 50;

/** The length of a packed matrix of `size` rows. */
export function packedLength(size: number): number {
  return (size * (size + 1)) / 2;
}

/** Adds `weight · v vᵀ` to a packed matrix, v being the `size` numbers of `values` from `offset` on. */
export function addOuterProduct(
  packed: Float64Array,
  values: Float64Array,
  offset: number,
  size: number,
  weight: number,
): void {
  let at = 0;
  for (let i = 0; i < size; i++) {
    const scaled = weight * (values[offset + i] as number);
    for (let j = 0; j <= i; j++, at++) packed[at] = (packed[at] as number) + scaled * (values[offset + j] as number);
  }
}

/** Solves A x = b. Neither argument is changed. All numbers must be finite. */
export function solveSymmetric(packed: Float64Array, b: Float64Array): Float64Array {
  return solveByCholesky(packed, b) ?? solveByEigenvectors(packed, b);
}

/** Undefined where a pivot is too small to divide by. */
function solveByCholesky(packed: Float64Array, b: Float64Array): Float64Array | undefined {
  const size = b.length;
  const lower = packed.slice();
  for (let i = 0, row = 0; i < size; row += ++i) {
    const least = LEAST_PIVOT * (packed[row + i] as number);
    for (let j = 0, other = 0; j <= i; other += ++j) {
      let sum = lower[row + j] as number;
      for (let k = 0; k < j; k++) sum -= (lower[row + k] as number) * (lower[other + k] as number);
      if (j < i) lower[row + j] = sum / (lower[other + j] as number);
      else if (sum > least) lower[row + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  const x = b.slice();
  for (let i = 0, row = 0; i < size; row += ++i) {
    let sum = x[i] as number;
    for (let k = 0; k < i; k++) sum -= (lower[row + k] as number) * (x[k] as number);
    x[i] = sum / (lower[row + i] as number);
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = x[i] as number;
    for (let k = i + 1; k < size; k++) sum -= (lower[packedLength(k) + i] as number) * (x[k] as number);
    x[i] = sum / (lower[packedLength(i) + i] as number);
  }
  return x;
}

/** Through A's eigenvectors, by Jacobi's rotations, leaving out those whose eigenvalue is 0 but for rounding. */
function solveByEigenvectors(packed: Float64Array, b: Float64Array): Float64Array {
  const size = b.length;
  const a = Array.from({ length: size }, (_, i) =>
    Float64Array.from({ length: size }, (_, j) => packed[packedLength(Math.max(i, j)) + Math.min(i, j)] as number),
  );
  // Row i of `vectors` is eigenvector i.
  const vectors = a.map((_, i) => Float64Array.from({ length: size }, (_, j) => (i === j ? 1 : 0)));
  const negligible = Number.EPSILON * a.reduce((sum, row, i) => sum + (row[i] as number), 0);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let isDiagonal = true;
    for (let p = 0; p < size; p++)
      for (let q = p + 1; q < size; q++) if (rotate(a, vectors, p, q, negligible)) isDiagonal = false;
    if (isDiagonal) break;
  }
  const values = a.map((row, i) => row[i] as number);
  const least = Math.max(0, ...values) * size * LEAST_PIVOT;
  const x = new Float64Array(size);
  for (const [i, vector] of vectors.entries()) {
    const value = values[i] as number;
    if (!(value > least)) continue;
    const share = vector.reduce((sum, v, j) => sum + v * (b[j] as number), 0) / value;
    for (let j = 0; j < size; j++) x[j] = (x[j] as number) + share * (vector[j] as number);
  }
  return x;
}

/** Makes a[p][q] zero; false where it is negligible already. */
function rotate(a: Float64Array[], vectors: Float64Array[], p: number, q: number, negligible: number): boolean {
  const [rowP, rowQ] = [a[p] as Float64Array, a[q] as Float64Array];
  const off = rowP[q] as number;
  const [atP, atQ] = [rowP[p] as number, rowQ[q] as number];
  if (Math.abs(off) <= negligible) return false;
  const theta = (atQ - atP) / (2 * off);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const sine = tangent * cosine;
  for (const row of a) turn(row, row, p, q, cosine, sine);
  for (let k = 0; k < a.length; k++) turn(rowP, rowQ, k, k, cosine, sine);
  const [vectorP, vectorQ] = [vectors[p] as Float64Array, vectors[q] as Float64Array];
  for (let k = 0; k < a.length; k++) turn(vectorP, vectorQ, k, k, cosine, sine);
  return true;
}

function turn(first: Float64Array, second: Float64Array, i: number, j: number, cosine: number, sine: number): void {
  const [x, y] = [first[i] as number, second[j] as number];
  first[i] = cosine * x - sine * y;
  second[j] = sine * x + cosine * y;
}
