import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { specsWithSessions } from './spec/support/session-specs.ts';

/** What options of the environment mean something to. Specs of single parts name the roads that they are about. */
const ENGINE_SPECS = specsWithSessions(import.meta.dirname, ['spec/lib', 'spec/model', 'spec/examples']);
/** Closures know neither generated loops nor the memory budget, and starting threads neither. */
const ONE_ROAD = ['spec/lib/closure/**', 'spec/lib/api/start-pool.spec.ts'];

/**
 * Specs whose sessions run their tasks where `CAIRN_SPEC_MASTER` says (spec/support/spec-master.ts). All others open no
 * session, and would only run a second time.
 */
const SESSION_SPECS = [
  // Through `runnable-page.ts`.
  'spec/docs/runnable-pages.spec.ts',
  ...readdirSync(join(import.meta.dirname, 'spec'), { recursive: true, encoding: 'utf8' })
    .map((path) => `spec/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.spec.ts') && !path.startsWith('spec/crash/'))
    .filter((path) =>
      /support\/(?:use-session|engine-of-spec|spec-master)\.ts'/.test(
        readFileSync(join(import.meta.dirname, path), 'utf8'),
      ),
    ),
];
/** Of those, what runs the same in every project. */
const ONE_MASTER = [
  // Say themselves which masters they are about.
  ...['closure-check', 'shared-variables', 'start-pool', 'tasks-on-workers'],
  // A file system that fails on demand is none that another thread could have: their tasks run in the caller's.
  'session-faults',
  'spill-faults',
  // What a session finds in its directory when it opens is looked at by its own thread.
  'garbage-faults',
].map((name) => `spec/lib/api/${name}.spec.ts`);

/** Where `.ci/run` wants the result as JSON, beside what is printed. */
const REPORT = process.env.CAIRN_TEST_REPORT;

/**
 * One set of specs, several roads: the engine's specs run again with generated code off and with little memory, those
 * that run jobs on worker threads, too.
 */
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
        test: {
          name: 'unit',
          include: ['spec/**/*.spec.ts'],
          exclude: ['spec/house/**', 'spec/crash/**', 'spec/memory/**'],
        },
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
        test: { name: 'workers', include: SESSION_SPECS, exclude: ONE_MASTER, env: { CAIRN_SPEC_MASTER: 'local[2]' } },
      },
      { extends: true, test: { name: 'crash', include: ['spec/crash/**/*.spec.ts'] } },
      // One process at a time: what is measured is memory.
      { extends: true, test: { name: 'memory', include: ['spec/memory/**/*.spec.ts'] } },
      { extends: true, test: { name: 'house', include: ['spec/house/**/*.spec.ts'] } },
    ],
  },
});
