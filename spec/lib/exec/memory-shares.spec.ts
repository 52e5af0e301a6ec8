import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type HeapLimits, isHeapLimitOverridden, shareMemory, taskMemoryOf } from '../../../lib/exec/memory-shares.ts';
import { MemoryBudget } from '../../../storage/memory/memory-budget.ts';

const MIB = 1024 * 1024;
const defaults = { memoryFraction: 0.6, memoryStorageFraction: 0.5 };

describe('sharing memory', () => {
  test('gives each worker an equal part of what is planned with, and the driver a small rest', () => {
    const { driver, worker } = shareMemory({ memory: 1600 * MIB, ...defaults }, 4);
    expect(driver).toEqual({ totalBytes: 60 * MIB, storageFraction: 0.5, taskMemoryBytes: 30 * MIB });
    expect(worker).toEqual({
      totalBytes: 225 * MIB,
      storageFraction: 0.5,
      taskMemoryBytes: 112.5 * MIB,
      shareBytes: 400 * MIB,
      resourceLimits: { maxOldGenerationSizeMb: 528, maxYoungGenerationSizeMb: 48 },
    });
  });

  test('limits the heap of a worker above its share, with more room for young objects in a large one', () => {
    const limitsOf = (memory: number) => shareMemory({ memory, ...defaults }, 2).worker.resourceLimits;
    expect(limitsOf(1)).toEqual({ maxOldGenerationSizeMb: 129, maxYoungGenerationSizeMb: 48 });
    expect(limitsOf(2 * 768 * MIB)).toEqual({ maxOldGenerationSizeMb: 896, maxYoungGenerationSizeMb: 96 });
    expect(limitsOf(16 * 1024 * MIB)).toEqual({ maxOldGenerationSizeMb: 8320, maxYoungGenerationSizeMb: 192 });
  });

  test('never shares out more than is planned with, and always makes a budget', () => {
    fc.assert(
      fc.property(
        fc.record({
          memory: fc.oneof(fc.integer({ min: 1, max: 70_000 }), fc.integer({ min: 1, max: 2 ** 45 })),
          memoryFraction: fc.double({ min: 0.01, max: 1, noNaN: true }),
          memoryStorageFraction: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        fc.integer({ min: 1, max: 256 }),
        (options, workers) => {
          const { driver, worker } = shareMemory(options, workers);
          expect(driver.totalBytes + workers * worker.totalBytes).toBeLessThanOrEqual(
            options.memory * options.memoryFraction,
          );
          for (const { totalBytes, storageFraction, taskMemoryBytes } of [driver, worker]) {
            const budget = new MemoryBudget({ totalBytes, storageFraction });
            expect(taskMemoryBytes).toBe(taskMemoryOf(budget, 1));
            expect(taskMemoryBytes).toBeLessThanOrEqual(totalBytes);
          }
          expect(worker.resourceLimits.maxOldGenerationSizeMb).toBeGreaterThan(128);
        },
      ),
      { seed: 20_261_120, numRuns: 500 },
    );
  });

  test('gives tasks that share a budget what blocks leave, even where all of it is for blocks', () => {
    const budgetOf = (storageFraction: number) => new MemoryBudget({ totalBytes: 1600, storageFraction });
    expect(taskMemoryOf(budgetOf(0.5), 4)).toBe(200);
    expect(taskMemoryOf(budgetOf(1), 4)).toBe(25);
    expect(taskMemoryOf(new MemoryBudget({ totalBytes: 4096 * MIB }), 2)).toBe(256 * MIB);
  });
});

describe('the limit of a worker’s heap', () => {
  /** What a worker with these limits says its heap may be, in a process started with `flags`. */
  const limitIn = (limits: HeapLimits, flags: readonly string[], options = ''): number => {
    const worker =
      "require('node:worker_threads').parentPort.postMessage(require('node:v8').getHeapStatistics().heap_size_limit)";
    const source = `const { Worker } = require('node:worker_threads');
      new Worker(${JSON.stringify(worker)}, { eval: true, execArgv: [], resourceLimits: ${JSON.stringify(limits)} })
        .on('message', (bytes) => process.stdout.write(String(bytes)));`;
    const env = { ...process.env, NODE_OPTIONS: options };
    return Number(execFileSync(process.execPath, [...flags, '-e', source], { env, encoding: 'utf8' }));
  };
  const small = shareMemory({ memory: 64 * 1024, ...defaults }, 2).worker.resourceLimits;
  const large = shareMemory({ memory: 4096 * MIB, ...defaults }, 2).worker.resourceLimits;

  test('is what was asked for', () => {
    for (const limits of [small, large]) {
      expect(isHeapLimitOverridden(limits, limitIn(limits, []))).toBe(false);
    }
  });

  test('is known to be another where a flag of V8 takes its place', () => {
    expect(isHeapLimitOverridden(small, limitIn(small, ['--max-old-space-size=1000']))).toBe(true);
    expect(isHeapLimitOverridden(small, limitIn(small, [], '--max-old-space-size=1000'))).toBe(true);
    expect(isHeapLimitOverridden(large, limitIn(large, ['--max-old-space-size=1000']))).toBe(true);
  });
});
