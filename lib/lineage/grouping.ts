/**
 * The fold that keeps all values of a key, known by its functions: a task that meets it groups, with its values on disk where
 * they are too many, instead of folding.
 */
import { portableValues } from '../closure/portable.ts';
import type { Aggregator } from './dependency.ts';

function groupOf(value: unknown): unknown[] {
  return [value];
}

function addToGroup(group: unknown[], value: unknown): unknown[] {
  group.push(value);
  return group;
}

function joinGroups(a: unknown[], b: readonly unknown[]): unknown[] {
  for (const value of b) a.push(value);
  return a;
}

/** Values of a key as an array. */
export const GROUPING: Aggregator<unknown, unknown[]> = {
  createCombiner: groupOf,
  mergeValue: addToGroup,
  mergeCombiners: joinGroups,
};

// Every thread has its own functions under these names, so that a task knows them wherever it runs.
portableValues('aggregators', { groupOf, addToGroup, joinGroups });

export function isGrouping(aggregator: Aggregator): boolean {
  return (
    aggregator.createCombiner === groupOf &&
    aggregator.mergeValue === addToGroup &&
    aggregator.mergeCombiners === joinGroups
  );
}
