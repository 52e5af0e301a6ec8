/**
 * One function as a node: its text, made to stand alone, and what it captures.
 *
 *     u8 form (FORMS) | u8 FunctionFlag | string name | string text | value heritage (with HERITAGE)
 *     varint captures, then each: string name, value | properties | prototype's properties | value prototype's prototype
 *     value replaced prototype | value what the function inherits from
 */
import { types } from 'node:util';
import { type AnalyzedFunction, analyze, textOf } from './analyze.ts';
import type { CaptureGraph } from './capture-graph.ts';
import { nameOf } from './capture-path.ts';
import { writeDriverOnly } from './driver-only.ts';
import { findTextEdits } from './edit-text.ts';
import type { FunctionLocation, InspectedFunction } from './inspect.ts';
import { isSameIntrinsic, resolveIntrinsic } from './intrinsics.ts';
import { packageOf } from './package-exports.ts';
import { FORMS, FunctionFlag, NodeTag, PropertyList } from './packet.ts';
import { buildPerWorker, openPerWorker, REMEDY } from './remedies.ts';
import { readableUrl } from './source-position.ts';
import { textStart } from './text-start.ts';
import { tokenOf } from './well-known.ts';
import { writeCaptures } from './write-captures.ts';
import { writePortable } from './write-portable.ts';
import { writeProperties } from './write-properties.ts';
import { writeModuleReference, writeReference } from './write-reference.ts';
import { writeToken } from './write-token.ts';

/** Writes a function or class and gives its node's tag. Raises `TASK_NOT_SERIALIZABLE`. */
export function writeFunction(graph: CaptureGraph, node: number, fn: object): number {
  if (types.isProxy(fn)) graph.refuse(node, '(a Proxy cannot be copied)', REMEDY.proxy);
  const named = writePortable(graph, node, fn);
  if (named !== undefined) return named;
  const reference = writeReference(graph, node, fn);
  if (reference !== undefined) return reference;
  const token = tokenOf(fn);
  if (token !== undefined) return writeToken(graph, node, token);
  const standIn = writeDriverOnly(graph, node, fn);
  if (standIn !== undefined) return standIn;
  const inspected = graph.inspect(fn);
  if (inspected.bound !== undefined) return writeBound(graph, node, inspected.bound);
  const { location } = inspected;
  const analysis = analyze(fn);
  if (analysis.form === 'native' || location === undefined) {
    graph.refuse(node, '(native code)', openPerWorker(graph.variableOf(node)));
  }
  const { url } = location;
  if (url.startsWith('node:')) {
    graph.refuse(node, `(internal function of Node.js ${url})`, openPerWorker(graph.variableOf(node)));
  }
  if (graph.isByReference(url)) return writeExported(graph, node, fn, url);
  if (analysis.form === 'unparsable') graph.refuse(node, `cannot be shipped: ${analysis.reason}`, REMEDY.unparsable);
  refuseOuterUses(graph, node, analysis);
  writeByValue(graph, node, fn, analysis, inspected, location);
  return NodeTag.FUNCTION;
}

function writeBound(graph: CaptureGraph, node: number, bound: NonNullable<InspectedFunction['bound']>): number {
  const need = (value: unknown, text: string) => {
    const other = graph.writeValue(value, node, { text });
    if (other >= 0) graph.needs(node, other);
  };
  need(bound.target, ' [bound target]');
  need(bound.thisValue, ' [bound this]');
  graph.out.varint(bound.args.length);
  for (const [i, value] of bound.args.entries()) need(value, ` [bound argument ${i}]`);
  return NodeTag.BOUND;
}

function writeExported(graph: CaptureGraph, node: number, fn: object, url: string): number {
  const exported = graph.exportOf(fn, url);
  if (exported !== undefined) return writeModuleReference(graph, node, exported);
  const name = packageOf(url)?.name;
  const reason =
    name === undefined
      ? `(created inside ${readableUrl(url)}, which is loaded by reference but does not export it)`
      : `(created inside npm package '${name}', which does not export it)`;
  return graph.refuse(node, reason, buildPerWorker(graph.variableOf(node)));
}

function refuseOuterUses(graph: CaptureGraph, node: number, { uses }: AnalyzedFunction): void {
  if (uses.usesThis) {
    graph.refuse(node, "uses 'this' of the enclosing function, which cannot be captured", REMEDY.this);
  }
  const [privateName] = uses.privateNames;
  if (privateName !== undefined) {
    graph.refuse(node, `uses private member ${privateName} of the enclosing class`, REMEDY.privateMember);
  }
  if (uses.usesSuper) graph.refuse(node, "uses 'super' of the object it is a method of", REMEDY.super);
  if (uses.usesNewTarget) graph.refuse(node, "uses the enclosing function's new.target", REMEDY.newTarget);
  if (uses.usesArguments) graph.refuse(node, "uses 'arguments' of the enclosing function", REMEDY.arguments);
  if (uses.hidesNames !== undefined) {
    graph.refuse(node, `calls ${uses.hidesNames}, so what it captures cannot be known`, REMEDY.hiddenNames);
  }
}

function writeByValue(
  graph: CaptureGraph,
  node: number,
  fn: object,
  analysis: AnalyzedFunction,
  inspected: InspectedFunction,
  location: FunctionLocation,
): void {
  const { out } = graph;
  const { form, uses, shape } = analysis;
  const { url, line, column } = textStart(location, analysis);
  const edits = findTextEdits(fn, analysis);
  const isClass = form === 'class';
  graph.setPlace(node, isClass ? { url, line, column, identity: graph.classIdentity(fn) } : { url, line, column });
  let flags = 0;
  if (location.isModule || isStrict(fn, analysis)) flags |= FunctionFlag.STRICT;
  if (shape?.heritage !== undefined) flags |= FunctionFlag.HERITAGE;
  if (uses.importMetas.length > 0) flags |= FunctionFlag.IMPORT_META;
  if (uses.dynamicImports.length > 0) flags |= FunctionFlag.IMPORT;
  if (shape?.runsCode) {
    flags |= FunctionFlag.RUNS_CODE;
    graph.needsAll(node);
  }
  out.u8(FORMS.indexOf(form));
  out.u8(flags);
  out.string(nameOf(fn));
  out.string(edits.text);
  if (shape?.heritage !== undefined) {
    const parent: unknown = Object.getPrototypeOf(fn);
    const heritage = graph.writeValue(isFunctionPrototype(parent) ? null : parent, node, { text: ' extends' });
    if (heritage >= 0) graph.needs(node, heritage);
  }
  writeCaptures(graph, node, fn, analysis, inspected, edits.constants);
  const isOwn = (key: string | symbol) =>
    key === 'length' || key === 'name' || key === 'prototype' || key === 'arguments' || key === 'caller';
  writeProperties(graph, node, fn, (key) => {
    if (isOwn(key)) return true;
    if (!isClass) return false;
    // Methods are not enumerable: one that the text does not hold was put in its place later, as decorators do.
    if (!Object.getOwnPropertyDescriptor(fn, key)?.enumerable) return isInText(fn, key, analysis.text);
    return shape?.staticNames.has(String(key)) === true;
  });
  writePrototype(graph, node, fn, analysis);
}

/** What was put on `fn.prototype` besides what the text puts there, or what it was replaced by; then what `fn` inherits. */
function writePrototype(graph: CaptureGraph, node: number, fn: object, analysis: AnalyzedFunction): void {
  const prototype: unknown = Object.getOwnPropertyDescriptor(fn, 'prototype')?.value;
  let parent: unknown;
  let replaced: unknown;
  if (analysis.isArrow || analysis.isGenerator || typeof prototype !== 'object' || prototype === null) {
    graph.out.u8(PropertyList.NONE);
  } else if (analysis.form !== 'class' && Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value !== fn) {
    graph.out.u8(PropertyList.NONE);
    replaced = prototype;
  } else {
    const isClass = analysis.form === 'class';
    writeProperties(
      graph,
      node,
      prototype,
      (key) => key === 'constructor' || (isClass && isInText(prototype, key, analysis.text)),
    );
    const above: unknown = Object.getPrototypeOf(prototype);
    if (
      !(above !== null && isSameIntrinsic(above as object, Object.prototype)) &&
      analysis.shape?.heritage === undefined
    )
      parent = above;
  }
  graph.writeValue(parent, node, { text: '.prototype.__proto__' });
  graph.writeValue(replaced, node, 'prototype');
  const own: unknown = Object.getPrototypeOf(fn);
  const isNatural = analysis.shape?.heritage !== undefined || isNaturalParent(own, analysis);
  graph.writeValue(isNatural ? undefined : own, node, { text: '.__proto__' });
}

/** What a function inherits from unless someone changed it. */
function isNaturalParent(own: unknown, { isAsync, isGenerator }: AnalyzedFunction): boolean {
  const name = `${isAsync ? 'Async' : ''}${isGenerator ? 'Generator' : ''}Function`;
  if (name === 'Function') return isFunctionPrototype(own);
  if (own === resolveIntrinsic(`*${name}\n.prototype`)) return true;
  // In another realm no global leads there, and nothing but a function of its kind.
  if (typeof own !== 'object' || own === null || types.isProxy(own)) return false;
  const tag: unknown = Object.getOwnPropertyDescriptor(own, Symbol.toStringTag)?.value;
  return tag === name && isFunctionPrototype(Object.getPrototypeOf(own));
}

function isFunctionPrototype(value: unknown): boolean {
  return typeof value === 'function' && isSameIntrinsic(value, Function.prototype);
}

function isInText(prototype: object, key: string | symbol, text: string): boolean {
  const { value, get, set } = Object.getOwnPropertyDescriptor(prototype, key) ?? {};
  return [value, get, set].every(
    (each: unknown) => each === undefined || (typeof each === 'function' && text.includes(textOf(each))),
  );
}

/** Sloppy functions have a `caller`; of arrows and methods outside of modules nothing tells, and most are strict. */
function isStrict(fn: object, { text }: AnalyzedFunction): boolean {
  return !/^(async\s+)?function/.test(text) || !Object.hasOwn(fn, 'caller');
}
