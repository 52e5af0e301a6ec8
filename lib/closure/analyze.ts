/**
 * What a function's source text says about it; nothing here looks at the running program.
 *
 * Results are kept by text: a dataset that is transformed in a loop meets the same closures again and again.
 */
import { type ClassShape, describeClass } from './class-shape.ts';
import { findOuterUses, type OuterUses } from './free-names.ts';
import { type FunctionForm, findAnchor, type ParsedFunction, parseFunction } from './parse-function.ts';

/** A function whose text can be evaluated again. */
export interface AnalyzedFunction {
  readonly form: FunctionForm;
  readonly text: string;
  readonly uses: OuterUses;
  readonly isArrow: boolean;
  readonly isGenerator: boolean;
  readonly isAsync: boolean;
  /** Offset in the text of the place that V8 gives for the function. */
  readonly anchor: number;
  /** Where a method's key stands, to be replaced when it is computed. */
  readonly key: ParsedFunction['key'];
  /** Present for classes. */
  readonly shape: ClassShape | undefined;
}

/** A function without text of its own, or whose text means nothing alone. */
export type OpaqueFunction =
  | { readonly form: 'native'; readonly text: string; readonly reason: string }
  | { readonly form: 'unparsable'; readonly text: string; readonly reason: string };

export type FunctionAnalysis = AnalyzedFunction | OpaqueFunction;

const MAX_KEPT = 5000;
const kept = new Map<string, FunctionAnalysis>();

/** The text of a function as V8 holds it, whatever the function's own `toString` says. */
export function textOf(fn: object): string {
  return Function.prototype.toString.call(fn);
}

export function isClassText(text: string): boolean {
  return /^class\b/.test(text);
}

/** The analysis of a function, from the cache when its text was met before. */
export function analyze(fn: object): FunctionAnalysis {
  const text = textOf(fn);
  let found = kept.get(text);
  if (found === undefined) {
    found = analyzeSafely(text);
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(text, found);
  }
  return found;
}

function analyzeSafely(text: string): FunctionAnalysis {
  try {
    return analyzeText(text);
  } catch (error) {
    // Generated code with expressions nested thousands deep: the parser, and the walk, recurse.
    if (error instanceof RangeError)
      return { form: 'unparsable', text, reason: 'its source text is nested too deeply' };
    throw error;
  }
}

export function analyzeText(text: string): FunctionAnalysis {
  const parsed = parseFunction(text);
  if (!('node' in parsed)) return { ...parsed, text };
  const { node } = parsed;
  return {
    form: parsed.form,
    text,
    uses: findOuterUses(parsed),
    anchor: findAnchor(text, parsed),
    isArrow: node.type === 'ArrowFunctionExpression',
    isGenerator: node.type !== 'ClassExpression' && node.generator,
    isAsync: node.type !== 'ClassExpression' && node.async,
    key: parsed.key,
    shape: node.type === 'ClassExpression' ? describeClass(text, { ...parsed, node }) : undefined,
  };
}
