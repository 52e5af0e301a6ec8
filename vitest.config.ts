import { defineConfig } from 'vitest/config';

/** Closures know neither generated loops nor the memory budget. */
const ONE_ROAD = ['spec/lib/closure/**'];
const ENGINE_SPECS = ['spec/lib/**/*.spec.ts', 'spec/model/**/*.spec.ts', 'spec/examples/**/*.spec.ts'];

/** Where `.ci/run` wants the result as JSON, beside what is printed. */
const REPORT = process.env.CAIRN_TEST_REPORT;

/** One set of specs, several roads: the engine's specs run again with generated code off and with little memory. */
export default defineConfig({
  test: {
    testTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    // Worker entries are built JavaScript.
    globalSetup: ['spec/support/build-dist.ts'],
    reporters: REPORT === undefined ? ['default'] : ['default', ['json', { outputFile: REPORT }]],
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['spec/**/*.spec.ts'], exclude: ['spec/house/**', 'spec/crash/**'] },
      },
      {
        extends: true,
        test: { name: 'interpreted', include: ENGINE_SPECS, exclude: ONE_ROAD, env: { CAIRN_CODEGEN: 'off' } },
      },
      {
        extends: true,
        test: { name: 'tiny-memory', include: ENGINE_SPECS, exclude: ONE_ROAD, env: { CAIRN_MEMORY: '64 KiB' } },
      },
      {
        extends: true,
        test: { name: 'workers', include: ENGINE_SPECS, exclude: ONE_ROAD, env: { CAIRN_SPEC_MASTER: 'local[2]' } },
      },
      { extends: true, test: { name: 'crash', include: ['spec/crash/**/*.spec.ts'] } },
      { extends: true, test: { name: 'house', include: ['spec/house/**/*.spec.ts'] } },
    ],
  },
});
