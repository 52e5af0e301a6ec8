import type { TokenParts } from '../closure/reviver.ts';
import { WorkerAccumulator } from './worker-accumulator.ts';

/** Where a worker finds its handles of broadcasts. */
interface BroadcastHandles {
  resolve(id: number): object | undefined;
}

/** A worker's handle of a broadcast or an accumulator: what `revive` asks for. Undefined for what it does not know. */
export function resolveSharedToken(
  kind: string,
  id: number,
  broadcasts: BroadcastHandles,
  parts: TokenParts,
): object | undefined {
  switch (kind) {
    case 'broadcast':
      return broadcasts.resolve(id);
    case 'accumulator':
      return new WorkerAccumulator(id, parts);
    default:
      return undefined;
  }
}
