import { CairnError } from '../../lib/base/errors.ts';
import { isDamage, reasonOf } from '../block/damage.ts';
import type { MapOutput } from './map-output.ts';

/**
 * Runs one step of reading an output's file; what means that its bytes are gone or damaged becomes SHUFFLE_OUTPUT_LOST,
 * which is answered by computing the output again. Other errors pass.
 */
export function lostUnlessRead<T>(output: Pick<MapOutput, 'shuffleId' | 'mapIndex'>, path: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!isDamage(error)) throw error;
    throw new CairnError(
      'SHUFFLE_OUTPUT_LOST',
      { shuffle: output.shuffleId, map: output.mapIndex, path, reason: reasonOf(error) },
      { cause: error },
    );
  }
}
