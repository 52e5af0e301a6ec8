import { types } from 'node:util';
import { CairnError } from '../base/errors.ts';
import { textOf } from './analyze.ts';
import type { CaptureGraph } from './capture-graph.ts';
import { intrinsicPath } from './intrinsics.ts';
import { findBuiltin } from './node-builtins.ts';
import { type ModuleReference, packageOf } from './package-exports.ts';
import { NodeTag, ReferenceKind } from './packet.ts';

/** Writes what every thread has of its own, or can import, as a reference; undefined for what has to be copied. */
export function writeReference(graph: CaptureGraph, node: number, value: object): number | undefined {
  const { out } = graph;
  const path = intrinsicPath(value);
  if (path !== undefined && isOriginal(graph, value)) {
    out.u8(ReferenceKind.INTRINSIC);
    out.string(path);
    return NodeTag.REFERENCE;
  }
  const builtin = findBuiltin(value);
  if (builtin !== undefined) {
    out.u8(ReferenceKind.BUILTIN);
    out.string(builtin.module);
    graph.writeValue(builtin.exported, node, '');
    return NodeTag.REFERENCE;
  }
  const exported = typeof value === 'function' ? undefined : graph.findExport(value);
  return exported === undefined ? undefined : writeModuleReference(graph, node, exported);
}

/**
 * Where a global's place holds a function of the user's (a polyfill, a patched `fetch`), workers have another one: it
 * is copied like any function.
 */
function isOriginal(graph: CaptureGraph, value: object): boolean {
  if (typeof value !== 'function' || types.isProxy(value)) return true;
  if (/\[native code\]\s*\}$/.test(textOf(value).slice(-40))) return true;
  try {
    return graph.inspect(value).location?.url.startsWith('node:') === true;
  } catch (error) {
    if (CairnError.is(error, 'INSPECTOR_UNAVAILABLE')) return true;
    throw error;
  }
}

/** A package's file by its name and version, so that fingerprints are the same wherever it is installed. */
export function writeModuleReference(graph: CaptureGraph, node: number, reference: ModuleReference): number {
  const { out } = graph;
  const found = packageOf(reference.url);
  out.u8(ReferenceKind.MODULE);
  out.string(found === undefined ? '' : `${found.name}@${found.version}/${found.file}`);
  out.varint(reference.names.length);
  for (const name of reference.names) out.string(name);
  graph.setPlace(node, { url: reference.url, isCommonJs: reference.isCommonJs });
  if (found === undefined) graph.markVolatile(node);
  return NodeTag.REFERENCE;
}
