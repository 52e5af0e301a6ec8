import { types } from 'node:util';
import { type AnalyzedFunction, analyze } from './analyze.ts';
import type { CaptureGraph } from './capture-graph.ts';
import { CaptureStep, nameOf } from './capture-path.ts';
import type { NameUse } from './free-names.ts';
import type { FunctionScope, InspectedFunction } from './inspect.ts';
import { isGlobalName } from './intrinsics.ts';
import { isModule } from './package-exports.ts';
import { ModuleTool } from './packet.ts';
import { REMEDY } from './remedies.ts';
import { describePosition, readableUrl } from './source-position.ts';
import { placeInText } from './text-start.ts';

interface Capture {
  readonly name: string;
  readonly use: NameUse | undefined;
  readonly value: unknown;
  readonly scope: FunctionScope | undefined;
}

/** Writes the variables a function captures: a varint count, then name and value of each in the order of the text. */
export function writeCaptures(
  graph: CaptureGraph,
  node: number,
  fn: object,
  analysis: AnalyzedFunction,
  inspected: InspectedFunction,
  constants: readonly (readonly [name: string, key: string | symbol])[],
): void {
  const captures: Capture[] = constants.map(([name, value]) => ({ name, use: undefined, value, scope: undefined }));
  for (const [name, use] of analysis.uses.names) {
    const capture = readVariable(graph, node, fn, name, use, inspected);
    if (capture !== undefined) captures.push(capture);
  }
  graph.out.varint(captures.length);
  for (const [i, capture] of captures.entries()) {
    graph.out.string(capture.name);
    const other = writeCapture(graph, node, i, capture, fn, inspected);
    if (other >= 0) graph.needs(node, other);
  }
}

/** The value of a free name; undefined for what every thread has, and for names that mean nothing here either. */
function readVariable(
  graph: CaptureGraph,
  node: number,
  fn: object,
  name: string,
  use: NameUse,
  inspected: InspectedFunction,
): Capture | undefined {
  const scope = inspected.scopes.find((each) => each.kind !== 'Global' && Object.hasOwn(each.object, name));
  const step = new CaptureStep(name, node);
  if (scope !== undefined) {
    try {
      return { name, use, value: scope.object[name], scope };
    } catch {
      graph.refuse(node, 'which is not initialised yet (declared further down)', REMEDY.deadZone, step);
    }
  }
  if (isGlobalName(name)) return undefined;
  const global = inspected.scopes.find((each) => each.kind === 'Global')?.object ?? globalThis;
  if (name in global) return { name, use, value: Reflect.get(global, name), scope: undefined };
  if (name === nameOf(fn)) return undefined;
  if (use.definitionOnly) {
    graph.refuse(node, 'in a computed field key, which V8 does not keep', REMEDY.computedFieldKey, step);
  }
  return undefined;
}

function writeCapture(
  graph: CaptureGraph,
  node: number,
  index: number,
  { name, use, value, scope }: Capture,
  fn: object,
  inspected: InspectedFunction,
): number {
  if (use === undefined) return graph.writeValue(value, node, { text: ' [computed key]' });
  const step = new CaptureStep(name, node);
  const url = inspected.location?.url ?? '';
  const tool = moduleTool(name, value, url);
  if (tool !== undefined) return graph.writeVirtual({ virtual: 'tool', tool, url }, node, step);
  if (use.assigned && scope !== undefined) {
    judgeAssignment(graph, node, fn, use, inspected, step);
    const variable = { node, capture: index, name, scope, inspected, step };
    const other = graph.writeValue(value, node, step);
    graph.useVariable(variable, true);
    return other;
  }
  if (!use.whole && (isModule(value) || isWrappedModule(name, value))) {
    return graph.writeVirtual(
      { virtual: 'namespace', module: value, uses: use.properties, isInner: false },
      node,
      step,
    );
  }
  judgeWriteOnly(graph, node, use, value, step);
  const other = graph.writeValue(value, node, step);
  if (scope !== undefined) graph.useVariable({ node, capture: index, name, scope, inspected, step }, false);
  return other;
}

/** What a module's text reaches through names that the runner made, or that hold paths of this machine. */
function moduleTool(name: string, value: unknown, url: string): number | undefined {
  switch (name) {
    case '__vite_ssr_dynamic_import__':
      return ModuleTool.IMPORT;
    case '__vite_ssr_import_meta__':
      return ModuleTool.IMPORT_META;
    case '__filename':
      return typeof value === 'string' && url.startsWith('file:') ? ModuleTool.FILENAME : undefined;
    case '__dirname':
      return typeof value === 'string' && url.startsWith('file:') ? ModuleTool.DIRNAME : undefined;
    default:
      return isRequire(value) ? ModuleTool.REQUIRE : undefined;
  }
}

/** Vitest wraps some modules in proxies, which are only to be known by the name that it gives them. */
function isWrappedModule(name: string, value: unknown): value is object {
  return typeof value === 'object' && value !== null && /^__vite_ssr_import_\d+__$/.test(name);
}

function isRequire(value: unknown): boolean {
  return (
    typeof value === 'function' &&
    nameOf(value) === 'require' &&
    ['resolve', 'cache', 'main'].every((key) => Object.hasOwn(value, key))
  );
}

/** Methods that change a collection and tell little of it. */
const CHANGES: ReadonlySet<string> = new Set(['push', 'unshift', 'add', 'set', 'delete', 'clear', 'fill']);

/** Methods whose answer is the whole collection: alone they are there for that, as in `sizes.sort()[0]`. */
const ARRANGES: ReadonlySet<string> = new Set(['sort', 'reverse']);

/**
 * A task that puts things into a captured array, Map or Set and never reads it fills a copy that nobody sees: the same
 * mistake as an assigned variable. One that reads it too may keep a cache, or gather what it hands on.
 */
function judgeWriteOnly(graph: CaptureGraph, node: number, use: NameUse, value: unknown, step: CaptureStep): void {
  if (use.whole || use.properties.size === 0 || graph.mutableCaptures === 'copy' || !graph.isTask(node)) return;
  if (!Array.isArray(value) && !types.isMap(value) && !types.isSet(value)) return;
  const properties = [...use.properties.keys()];
  if (properties.some((property) => !CHANGES.has(property) && !ARRANGES.has(property))) return;
  if (properties.every((property) => ARRANGES.has(property))) return;
  const reason = 'and only puts things into it: they would go to a copy in one worker, not to your variable';
  graph.refuse(node, reason, REMEDY.writeOnly, step);
}

/** Assigning a captured variable in a task changes a copy: in the function itself that is always a mistake. */
function judgeAssignment(
  graph: CaptureGraph,
  node: number,
  fn: object,
  use: NameUse,
  { location }: InspectedFunction,
  step: CaptureStep,
): void {
  const mode = graph.mutableCaptures;
  if (mode === 'strict' || (mode === 'error' && graph.isTask(node))) {
    const analysis = analyze(fn);
    const isKnown = location !== undefined && 'anchor' in analysis;
    const place = isKnown ? describePosition(placeInText(location, analysis, use.position)) : graph.locate(fn);
    graph.refuse(
      node,
      `and assigns it (${place}): the assignment would change a copy in one worker, not your variable`,
      REMEDY.assigned,
      step,
    );
  }
  graph.warn({
    kind: 'variable-copied',
    message: `'${step.variable}' (${readableUrl(location?.url ?? '')}) is assigned inside tasks: every worker has its own copy`,
  });
}
