/** One group of functions that are created together; classes that this worker has already are taken as they are. */

import { CairnError } from '../base/errors.ts';
import { createClashingFunctions } from './clashing-functions.ts';
import { findGroup, keepGroup } from './class-registry.ts';
import { type Binding, type BoundUnit, createFunctions, type FunctionUnit } from './function-source.ts';
import { importFrom, importMetaOf } from './import-native.ts';
import { NodeRef, readBound } from './node-record.ts';
import { FORMS, FunctionFlag } from './packet.ts';
import type { PacketReader } from './packet-reader.ts';

export interface GroupContext {
  readonly reader: PacketReader;
  readonly valueOf: (value: unknown) => unknown;
}

export interface MadeFunction {
  readonly node: number;
  readonly value: unknown;
  /** Whether its own properties are there already. */
  readonly isComplete: boolean;
}

type KeyedBinding = Binding & {
  /** Two bindings of one name are the same when their keys are. */
  readonly key: unknown;
};

/** Creates functions, and the bound functions among the group that lead back to them. */
export function makeGroup(
  units: readonly FunctionUnit[],
  bound: readonly number[],
  context: GroupContext,
): readonly MadeFunction[] {
  const key = registryKey(units);
  const known = key === undefined ? undefined : findGroup(key);
  if (known !== undefined) return units.map(({ node }, i) => ({ node, value: known[i], isComplete: true }));
  const made = create(units, bound, context);
  for (const [i, { record }] of units.entries()) {
    const fn = made[i] as object;
    const isClass = FORMS[record.form] === 'class';
    if (!isClass && Object.getOwnPropertyDescriptor(fn, 'name')?.value !== record.name) {
      Object.defineProperty(fn, 'name', { value: record.name, configurable: true });
    }
  }
  if (key !== undefined) keepGroup(key, made.slice(0, units.length) as readonly object[]);
  const nodes = [...units.map(({ node }) => node), ...bound];
  return made.map((value, i) => ({ node: nodes[i] as number, value, isComplete: false }));
}

function create(units: readonly FunctionUnit[], bound: readonly number[], context: GroupContext): readonly unknown[] {
  const members = new Set([...units.map(({ node }) => node), ...bound]);
  const url = units[0]?.place.url ?? '';
  const tools = { importMeta: importMetaOf(url), dynamicImport: importFrom(url) };
  const bindings = new Map<string, KeyedBinding>();
  const heritages = new Map<number, Binding>();
  const bind = (value: unknown): KeyedBinding => {
    const isNode = value instanceof NodeRef;
    const key = isNode ? `node ${value.node}` : value;
    if (isNode && members.has(value.node)) return { kind: 'member', node: value.node, key };
    return { kind: 'constant', value: context.valueOf(value), key };
  };
  /** One that holds a function of the group is given it once that is there. */
  const variable = (value: unknown, key: string): KeyedBinding => {
    const isMember = value instanceof NodeRef && members.has(value.node);
    return isMember
      ? { kind: 'variable', value: undefined, member: value.node, key }
      : { kind: 'variable', value: context.valueOf(value), key };
  };
  for (const { node, record } of units) {
    if (record.flags & FunctionFlag.HERITAGE) heritages.set(node, bind(record.heritage));
    for (const [i, { name, value }] of record.captures.entries()) {
      const cell = context.reader.cellsOf.get(node)?.get(i);
      const binding = cell === undefined ? bind(value) : variable(value, `cell ${cell}`);
      const other = bindings.get(name);
      if (other !== undefined && (other.kind !== binding.kind || !Object.is(other.key, binding.key))) {
        refuseSharedVariables(units, context);
        return createClashingFunctions({ units, valueOf: context.valueOf, ...tools });
      }
      bindings.set(name, binding);
    }
  }
  const boundUnits = bound.map((node) => boundUnit(node, context));
  return createFunctions({ units, bound: boundUnits, bindings, heritages, ...tools });
}

/** Functions with sources of their own cannot share a variable; a copy for each would be a silent difference. */
function refuseSharedVariables(units: readonly FunctionUnit[], context: GroupContext): void {
  const shared = units.find(({ node }) => context.reader.cellsOf.has(node));
  if (shared === undefined) return;
  throw new CairnError('CLOSURE_NOT_REVIVED', {
    what: `function ${shared.record.name || '(anonymous)'}`,
    reason: 'it shares a variable that is assigned with functions to which one name means different things',
  });
}

function boundUnit(node: number, context: GroupContext): BoundUnit {
  const { target, thisValue, args } = readBound(context.reader.payloadOf(node), (other) => new NodeRef(other));
  return {
    node,
    target: target instanceof NodeRef ? target.node : -1,
    bind: (fn) => bindTo(fn, context.valueOf(thisValue), args.map(context.valueOf)),
  };
}

/** `target.bind(thisValue, ...args)`, whatever `bind` means to the target. */
export function bindTo(target: unknown, thisValue: unknown, args: readonly unknown[]): unknown {
  return (Function.prototype.bind as (...all: unknown[]) => unknown).call(target, thisValue, ...args);
}

/** What a group with classes is recognised by; undefined for one without. */
function registryKey(units: readonly FunctionUnit[]): string | undefined {
  const identities = units.flatMap(({ place }) => (place.identity ? [place.identity] : []));
  if (identities.length === 0) return undefined;
  return JSON.stringify([identities, units.map(({ record }) => record.text)]);
}
