/**
 * Functions that need each other while one name means different things to them: each gets a source of its own, and the
 * variables for the others are assigned afterwards. Such variables cannot be `const`, which costs half of a tight
 * loop's speed; therefore this is for clashes only.
 */
import { HERITAGE_NAME, MODULE_NAMES } from './edit-text.ts';
import { CAPTURES, compileFactory, type FunctionUnit, wrapText } from './function-source.ts';
import { NodeRef } from './node-record.ts';
import { FunctionFlag } from './packet.ts';

export interface ClashingGroup {
  readonly units: readonly FunctionUnit[];
  /** The value of a capture that is no function of the group. */
  readonly valueOf: (value: unknown) => unknown;
  readonly importMeta: unknown;
  readonly dynamicImport: unknown;
}

type Patch = (functions: ReadonlyMap<number, unknown>) => void;

/** Creates the functions in the order given. */
export function createClashingFunctions(group: ClashingGroup): readonly unknown[] {
  const members = new Set(group.units.map(({ node }) => node));
  const made = new Map<number, unknown>();
  const patches: Patch[] = [];
  for (const unit of group.units) made.set(unit.node, createOne(unit, group, members, made, patches));
  for (const patch of patches) patch(made);
  return group.units.map(({ node }) => made.get(node));
}

function createOne(
  unit: FunctionUnit,
  group: ClashingGroup,
  members: ReadonlySet<number>,
  made: ReadonlyMap<number, unknown>,
  patches: Patch[],
): unknown {
  const { record, place } = unit;
  const captures: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  const later: [name: string, node: number][] = [];
  let head = record.flags & FunctionFlag.STRICT ? '"use strict";' : '';
  const declare = (name: string, value: unknown) => {
    captures[name] = value;
    head += `let ${name}=${CAPTURES}.${name};`;
  };
  for (const { name, value } of record.captures) {
    if (value instanceof NodeRef && members.has(value.node)) {
      later.push([name, value.node]);
      head += `let ${name};`;
    } else declare(name, group.valueOf(value));
  }
  if (record.flags & FunctionFlag.HERITAGE) {
    const { heritage } = record;
    const isMember = heritage instanceof NodeRef && members.has(heritage.node);
    declare(HERITAGE_NAME, isMember ? made.get(heritage.node) : group.valueOf(heritage));
  }
  if (record.flags & FunctionFlag.IMPORT_META) declare(MODULE_NAMES.importMeta, group.importMeta);
  if (record.flags & FunctionFlag.IMPORT) declare(MODULE_NAMES.dynamicImport, group.dynamicImport);
  const setters = later.map(([name]) => `(v)=>{${name}=v}`).join(',');
  const [before, after] = wrapText(record, record.text);
  const padding = ' '.repeat(place.column ?? 0);
  const source = `(function(${CAPTURES}){${head}const __cairn_f=${before}\n${padding}${record.text}${after};return [__cairn_f,[${setters}]]})`;
  const factory = compileFactory(source, unit, (place.line ?? 0) - 1);
  const [fn, assign] = factory(captures) as [unknown, ((value: unknown) => void)[]];
  patches.push((functions) => {
    for (const [i, [, node]] of later.entries()) assign[i]?.(functions.get(node));
  });
  return fn;
}
