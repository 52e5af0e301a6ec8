import type { BlockEvent } from '../../storage/block/block-event.ts';
import type { BlockManager } from '../../storage/block/block-manager.ts';
import { nodeFileSystem } from '../../storage/fs/node-file-system.ts';
import { ScratchSpace } from '../../storage/fs/scratch-space.ts';
import { newSpillCounts } from '../../storage/spill/spill-quota.ts';
import { formatByteSize } from '../base/byte-size.ts';
import type { CaptureOptions } from '../closure/capture.ts';
import type { Config } from '../config/options.ts';
import { BlockDirectory } from '../exec/block-directory.ts';
import type { BroadcastRegistry } from '../exec/broadcasts.ts';
import { isHeapLimitOverridden, shareMemory } from '../exec/memory-shares.ts';
import { WorkerPool, type WorkerPoolOptions } from '../exec/worker-pool.ts';
import type { SessionStorage } from './session-storage.ts';
import { followBlock, memoryOptions, type TaskThreads, workerThreads } from './task-threads.ts';

/** What of a session its workers need. */
export interface PoolParts {
  readonly config: Config;
  readonly storage: SessionStorage;
  /** The session's own manager, which removes files of blocks. */
  readonly blocks: BlockManager;
  readonly broadcasts: BroadcastRegistry;
  readonly captureOptions: CaptureOptions;
  /** See `WorkerPoolOptions`. */
  readonly onCapture?: WorkerPoolOptions['onCapture'];
  /** Told of what happens to blocks in workers, as far as it matters to anybody. */
  readonly onBlockEvent: (event: BlockEvent) => void;
  readonly onWarning: (message: string) => void;
}

/** Tasks in `size` workers, whose threads start with the first tasks. */
export function startPool(size: number, parts: PoolParts): TaskThreads {
  const { config, storage, blocks, broadcasts, captureOptions, onBlockEvent, onWarning } = parts;
  const directory = new BlockDirectory();
  const memory = shareMemory(memoryOptions(config), size).worker;
  const spillCounts = newSpillCounts(size);
  const names: string[] = [];
  const slotOf = (name: string): number => {
    if (!names.includes(name)) names.push(name);
    return names.indexOf(name);
  };
  let hasWarned = false;
  const pool: WorkerPool = new WorkerPool({
    size,
    entry: workerEntry(),
    settingsOf: (name) => ({
      name,
      // One seat has one name: a thread that takes another's place counts where that did.
      spill: { maxBytes: config['spill.maxBytes'], counts: spillCounts, slot: slotOf(name) },
      memory,
      blockDirectory: storage.blockDirectory,
      shuffleDirectory: storage.shuffleDirectory,
      scratchPath: storage.scratchPath,
      codegen: config.codegen,
      batchRows: config['batch.rows'],
      storageCodec: config['storage.codec'],
      shuffleCodec: config['shuffle.codec'],
    }),
    captureOptions,
    ...(parts.onCapture === undefined ? {} : { onCapture: parts.onCapture }),
    broadcasts,
    directory,
    taskTimeoutMs: config['task.timeout'],
    onBlock: (worker, event) => followBlock(event, worker, threads),
    onBlocksGone: (worker, ids) => {
      for (const blockId of ids) onBlockEvent({ kind: 'lost', blockId, path: worker, reason: `${worker} is gone` });
    },
    onEnded: (label) => {
      try {
        ScratchSpace.removeFilesOf(nodeFileSystem, storage.scratchPath, label);
      } catch (error) {
        onWarning(
          `files of a worker that is gone could not be removed: ${error instanceof Error ? error.message : error}`,
        );
      }
    },
    onReady: (heapLimitBytes) => {
      if (hasWarned || !isHeapLimitOverridden(memory.resourceLimits, heapLimitBytes)) return;
      hasWarned = true;
      onWarning(
        `workers may use ${formatByteSize(heapLimitBytes)} of heap each, whatever the memory option says: Node was ` +
          'started with --max-old-space-size, which takes the place of their limit',
      );
    },
    onWarning,
  });
  const threads = { pool, directory, blocks, onBlockEvent, onWarning };
  return workerThreads(threads);
}

/**
 * The program of worker threads: built JavaScript, also where the engine itself runs from its sources, since not every
 * Node gives workers a loader for TypeScript; in one file (`scripts/bundle-worker.mjs`), which loads in a third of the time.
 */
function workerEntry(): URL {
  const isSource = import.meta.url.endsWith('.ts');
  return new URL(isSource ? '../../dist/lib/api/worker.js' : './worker.js', import.meta.url);
}
