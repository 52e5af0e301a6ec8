import { types } from 'node:util';
import { analyze } from './analyze.ts';
import { isGlobalName } from './intrinsics.ts';

/**
 * Whether the text of an arrow function alone shows that it can travel: it uses nothing from outside but globals. False
 * says nothing; what has to be inspected costs many times more.
 */
export function isSelfContained(fn: unknown): boolean {
  if (typeof fn !== 'function' || types.isProxy(fn)) return false;
  const analysis = analyze(fn);
  if (!('uses' in analysis) || !analysis.isArrow) return false;
  const { names, usesThis, usesSuper, usesNewTarget, usesArguments, hidesNames, privateNames } = analysis.uses;
  if (usesThis || usesSuper || usesNewTarget || usesArguments || hidesNames !== undefined) return false;
  if (privateNames.length > 0) return false;
  for (const [name, use] of names) if (use.assigned || !isGlobalName(name)) return false;
  return Reflect.ownKeys(fn).every((key) => key === 'length' || key === 'name');
}
