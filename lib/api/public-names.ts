/**
 * What a user's function may use of the package itself (`import { CairnError } from 'cairn-engine'`): every thread has
 * its own, so that `instanceof` holds and registries are those of the thread.
 */
import { registerRecordClass } from '../../formats/record/record-class.ts';
import { col } from '../../formats/scan/predicate-builder.ts';
import { formatType } from '../../formats/schema/data-type.ts';
import { CairnError } from '../base/errors.ts';
import { engineVersion } from '../base/version.ts';
import { perWorker } from '../closure/per-worker.ts';
import { portableValues } from '../closure/portable.ts';
import { withCaptures } from '../closure/with-captures.ts';
import { hashPartitioner, PublicHashPartitioner } from './partition-argument.ts';
import { StatCounter } from './stat-counter.ts';
import { taskContext } from './task-context.ts';

portableValues('cairn', {
  CairnError,
  col,
  engineVersion,
  formatType,
  hashPartitioner,
  perWorker,
  PublicHashPartitioner,
  registerRecordClass,
  StatCounter,
  taskContext,
  withCaptures,
});
