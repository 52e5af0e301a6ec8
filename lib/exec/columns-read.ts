import { propertiesRead } from '../closure/properties-read.ts';
import { ComputedNode } from '../lineage/lineage-node.ts';
import type { Step } from '../lineage/step.ts';
import type { Pipeline } from './pipeline.ts';
import type { Sink } from './sink.ts';

/**
 * The columns that a pipeline needs of its base: undefined for all of them, as where the base cannot leave out any, or is
 * kept whole.
 */
export function columnsNeeded({ base, steps }: Pipeline, sinkKind: Sink['kind']): ReadonlySet<string> | undefined {
  const isKept = base.isPersisted || base.checkpoint !== undefined || base.checkpointTarget !== undefined;
  const names = !isKept && base instanceof ComputedNode ? base.columnNames : undefined;
  const plain = steps.map(({ step }) => step);
  return names === undefined ? undefined : columnsRead(plain, sinkKind, names);
}

/**
 * The columns that a chain reads of the records that it begins with: a scan need not read others. Undefined for all of
 * them: where a record leaves the chain as it came, or a function does more with it than reading properties that
 * are columns.
 */
export function columnsRead(
  steps: readonly Step[],
  sinkKind: Sink['kind'],
  columns: ReadonlySet<string>,
): ReadonlySet<string> | undefined {
  const read = new Set<string>();
  for (const step of steps) {
    switch (step.kind) {
      case 'pass':
      case 'sample':
      case 'poisson-sample':
        continue;
      case 'filter':
      case 'map':
      case 'flat-map':
        break;
      default:
        return undefined;
    }
    // Also of a name that is no column something may be read: methods that all objects have tell of the others.
    const properties = propertiesRead(step.f);
    if (properties === undefined) return undefined;
    for (const name of properties) {
      if (!columns.has(name)) return undefined;
      read.add(name);
    }
    if (step.kind !== 'filter') return read;
  }
  return sinkKind === 'count' ? read : undefined;
}
