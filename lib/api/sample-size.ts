/**
 * The fraction to sample with so that at least `size` of `total` records come out with a probability of 99.99 % or
 * more: Spark's bounds (Poisson with replacement, binomial by a Chernoff bound without).
 */
export function fractionForSampleSize(size: number, total: number, withReplacement: boolean): number {
  if (withReplacement) {
    const deviations = size < 6 ? 12 : size < 16 ? 9 : 6;
    return Math.max(size + deviations * Math.sqrt(size), 1e-10) / total;
  }
  const fraction = size / total;
  const gamma = -Math.log(1e-4) / total;
  const upper = fraction + gamma + Math.sqrt(gamma * gamma + 2 * gamma * fraction);
  return Math.min(1, Math.max(1e-10, upper));
}
