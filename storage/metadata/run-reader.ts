import { CairnError } from '../../lib/base/errors.ts';
import type { JobId, NodeId, RunId, ShuffleId, StageId } from '../../lib/base/ids.ts';
import type { ConsumerUse } from '../memory/consumer-use.ts';
import type { MetadataDatabase } from './database.ts';
import type {
  BlockRow,
  JobRow,
  LineageEdgeRow,
  LineageNodeRow,
  MapOutputRow,
  ReuseDecisionRow,
  RunRow,
  ShuffleRow,
  StageRow,
  TaskRow,
} from './rows.ts';
import {
  BLOCKS,
  JOBS,
  LINEAGE_EDGES,
  LINEAGE_NODES,
  MAP_OUTPUTS,
  REUSE_DECISIONS,
  RUNS,
  SHUFFLES,
  type SqlValue,
  STAGES,
  TASKS,
  type Table,
  toSqlValue,
} from './table.ts';

/** A stage's row with the stages it waited for, in order. */
export type StageWithParents = StageRow & { readonly parents: readonly StageId[] };

/** A part of the lineage: nodes by id, edges by child and ordinal. */
export interface LineageGraph {
  readonly nodes: readonly LineageNodeRow[];
  readonly edges: readonly LineageEdgeRow[];
}

/** How many runs a message lists. */
const RUNS_LISTED = 5;

/**
 * A node and everything it is computed from; takes the node, then the run. CROSS JOIN fixes the order: left to itself,
 * SQLite reads every edge of the run for each node.
 */
const ANCESTORS = `
  WITH RECURSIVE ancestors (node) AS (
    VALUES (?)
    UNION
    SELECT parent FROM ancestors
    CROSS JOIN lineage_edges ON lineage_edges.run = ? AND lineage_edges.child = ancestors.node)`;

/** Reads runs for the command line, the UI and reports. Every list has one order, so that output is repeatable. */
export class RunReader {
  readonly #database: MetadataDatabase;

  constructor(database: MetadataDatabase) {
    this.#database = database;
  }

  /** The newest first. */
  listRuns(): readonly RunRow[] {
    return this.#rows(RUNS, 'ORDER BY seq DESC');
  }

  /** The runs of sessions with that name, the newest first: as little of each as may be, since there may be many. */
  listRunsNamed(name: string): readonly Pick<RunRow, 'run' | 'startedAtMs'>[] {
    const sql = `SELECT run, started_at_ms AS startedAtMs FROM runs
      WHERE json_extract(options, '$.name') = ? ORDER BY seq DESC`;
    return this.#database.all(sql, toSqlValue(name));
  }

  /** Whether a job of the run came to an end of its own, good or bad. */
  hasEndedJob(run: RunId): boolean {
    const sql = `SELECT 1 FROM jobs WHERE run = ? AND state IN ('succeeded', 'failed') LIMIT 1`;
    return this.#database.get(sql, run) !== undefined;
  }

  /**
   * The run with that id, or the only one whose id begins so, or the newest for `last`. Raises RUN_NOT_FOUND, whose
   * hint lists recent runs, and RUN_AMBIGUOUS.
   */
  findRun(prefix: string): RunRow {
    if (prefix === 'last') {
      const newest = this.#rows(RUNS, 'ORDER BY seq DESC LIMIT 1')[0];
      if (newest === undefined) throw this.#notFound(prefix);
      return newest;
    }
    if (prefix === '') throw this.#notFound(prefix);
    const start = prefix.toLowerCase();
    const found = this.#rows(RUNS, 'WHERE substr(run, 1, length(?)) = ? ORDER BY seq DESC', start, start);
    const [first] = found;
    if (first === undefined) throw this.#notFound(prefix);
    if (found.length === 1) return first;
    const exact = found.find(({ run }) => run === start);
    if (exact !== undefined) return exact;
    throw new CairnError('RUN_AMBIGUOUS', { prefix, matches: listed(found) });
  }

  /** By run, newest first, then in the order they were submitted. */
  listJobs(run?: RunId): readonly JobRow[] {
    return run === undefined
      ? this.#rows(JOBS, 'JOIN runs ON runs.run = jobs.run ORDER BY runs.seq DESC, job')
      : this.#rows(JOBS, 'WHERE run = ? ORDER BY job', run);
  }

  /** The stages a job ran, by id and attempt; those it skipped have rows under the job that ran them. */
  stagesOf(run: RunId, job: JobId): readonly StageWithParents[] {
    return this.#database.readTransaction(() => {
      const parents = this.#database.all<{ stage: StageId; parent: StageId }>(
        'SELECT stage, parent FROM stage_parents WHERE run = ? ORDER BY stage, parent',
        run,
      );
      const parentsOf = new Map<StageId, StageId[]>();
      for (const { stage, parent } of parents) {
        const list = parentsOf.get(stage);
        if (list === undefined) parentsOf.set(stage, [parent]);
        else list.push(parent);
      }
      return this.#rows(STAGES, 'WHERE run = ? AND job = ? ORDER BY stage, attempt', run, job).map((row) => ({
        ...row,
        parents: parentsOf.get(row.stage) ?? [],
      }));
    });
  }

  /** The tasks of one attempt of a stage, by partition and attempt. */
  tasksOf(run: RunId, stage: StageId, attempt: number): readonly TaskRow[] {
    const clause = 'WHERE run = ? AND stage = ? AND stage_attempt = ? ORDER BY partition, attempt, task';
    return this.#rows(TASKS, clause, run, stage, attempt);
  }

  /** What the parts of its tasks held at most, any of them, and wrote out, all of them; the largest first. */
  consumersOf(run: RunId, stage: StageId, attempt: number): readonly ConsumerUse[] {
    return this.#database.all<ConsumerUse>(
      `SELECT consumer AS name, max(peak_bytes) AS "peakBytes", sum(spilled_bytes) AS "spilledBytes"
       FROM task_consumers WHERE run = ? AND stage = ? AND stage_attempt = ?
       GROUP BY consumer ORDER BY max(peak_bytes) DESC, consumer`,
      ...[run, stage, attempt],
    );
  }

  /**
   * The lineage that a job computed, or that a node is computed from, itself included; the run's whole lineage when
   * neither is given; `node` wins over `job`. Empty when there is no such job or node.
   */
  lineageOf(run: RunId, of: { readonly job?: JobId; readonly node?: NodeId } = {}): LineageGraph {
    return this.#database.readTransaction(() => {
      let root = of.node;
      if (root === undefined && of.job !== undefined) {
        const sql = 'SELECT node FROM jobs WHERE run = ? AND job = ?';
        root = this.#database.get<{ node: NodeId }>(sql, run, of.job)?.node;
        if (root === undefined) return { nodes: [], edges: [] };
      }
      if (root === undefined) {
        return {
          nodes: this.#rows(LINEAGE_NODES, 'WHERE run = ? ORDER BY node', run),
          edges: this.#rows(LINEAGE_EDGES, 'WHERE run = ? ORDER BY child, ordinal', run),
        };
      }
      const nodes = `${ANCESTORS} ${LINEAGE_NODES.select} WHERE run = ? AND node IN ancestors ORDER BY node`;
      const edges = `${ANCESTORS} ${LINEAGE_EDGES.select} WHERE run = ? AND child IN ancestors ORDER BY child, ordinal`;
      return {
        nodes: this.#database.all<LineageNodeRow>(nodes, root, run, run),
        edges: this.#database.all<LineageEdgeRow>(edges, root, run, run),
      };
    });
  }

  /** The shuffles of a run by id. */
  shufflesOf(run: RunId): readonly ShuffleRow[] {
    return this.#rows(SHUFFLES, 'WHERE run = ? ORDER BY shuffle', run);
  }

  /** A shuffle's map outputs by map index. */
  mapOutputsOf(run: RunId, shuffle: ShuffleId): readonly MapOutputRow[] {
    return this.#rows(MAP_OUTPUTS, 'WHERE run = ? AND shuffle = ? ORDER BY map_index', run, shuffle);
  }

  /** The blocks of a run, or of one of its nodes, by node and partition. */
  blocksOf(run: RunId, node?: NodeId): readonly BlockRow[] {
    return node === undefined
      ? this.#rows(BLOCKS, 'WHERE run = ? ORDER BY node, partition, block', run)
      : this.#rows(BLOCKS, 'WHERE run = ? AND node = ? ORDER BY partition, block', run, node);
  }

  /** What a run found of earlier ones, in the order it decided on it. */
  reuseOf(run: RunId): readonly ReuseDecisionRow[] {
    return this.#rows(REUSE_DECISIONS, 'WHERE run = ? ORDER BY seq', run);
  }

  #rows<Row>(table: Table<Row>, clause: string, ...values: readonly SqlValue[]): Row[] {
    return this.#database.all(`${table.select} ${clause}`, ...values).map((raw) => table.row(raw));
  }

  #notFound(prefix: string): CairnError {
    const recent = this.#rows(RUNS, `ORDER BY seq DESC LIMIT ${RUNS_LISTED + 1}`);
    const hint = recent.length === 0 ? 'no session has run in this directory yet' : `recent runs: ${listed(recent)}`;
    return new CairnError('RUN_NOT_FOUND', { prefix, path: this.#database.path, recent: hint });
  }
}

function listed(runs: readonly RunRow[]): string {
  const shown = runs.slice(0, RUNS_LISTED).map(({ run, state }) => `${run} (${state})`);
  return `${shown.join(', ')}${runs.length > RUNS_LISTED ? ', …' : ''}`;
}
