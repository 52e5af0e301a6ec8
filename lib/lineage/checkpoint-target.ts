import type { CodecName } from '../../formats/bytes/compression.ts';
import type { CheckpointPlace } from '../../storage/checkpoint/checkpoint-part.ts';

/** Where the partitions of a node are written down while tasks compute them. Plain data: it travels with its node. */
export interface CheckpointTarget {
  readonly place: CheckpointPlace;
  readonly codec: CodecName;
}
