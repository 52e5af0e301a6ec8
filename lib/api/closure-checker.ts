import { type CaptureOptions, check } from '../closure/capture.ts';

/**
 * A check of functions that tells at once what shipping them would raise. A function is looked at once, though what it
 * captures may become unfit: then the job tells.
 */
export function closureChecker(options: CaptureOptions): (value: unknown) => void {
  const fit = new WeakSet<object>();
  return (value) => {
    const isFunction = typeof value === 'function';
    if (isFunction && fit.has(value)) return;
    check(value, options);
    if (isFunction) fit.add(value);
  };
}
