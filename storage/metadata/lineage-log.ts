import type { NodeId, RunId } from '../../lib/base/ids.ts';
import type { MetadataDatabase } from './database.ts';
import type { LineageEdgeRow, LineageNodeRow } from './rows.ts';
import { LINEAGE_EDGES, LINEAGE_NODES, toSqlValue } from './table.ts';

export type NodeRecord = Omit<LineageNodeRow, 'run'>;
export type EdgeRecord = Omit<LineageEdgeRow, 'run'>;

/**
 * Writes the lineage of one run: once per node, at the start of the first job that meets it. The graph of an
 * iterative job grows with every job, so `isRecorded` lets the caller stop where an earlier one has been.
 */
export class LineageLog {
  readonly #database: MetadataDatabase;
  readonly #run: RunId;
  readonly #recorded = new Set<NodeId>();

  constructor(database: MetadataDatabase, run: RunId) {
    this.#database = database;
    this.#run = run;
  }

  /** Whether the node, and with it everything above, was recorded by this log. */
  isRecorded(node: NodeId): boolean {
    return this.#recorded.has(node);
  }

  /**
   * Records nodes and edges in one transaction. What is recorded already stays as it is, so repeating a call does no
   * harm; a node's parents are in the same call or an earlier one. Raises what `MetadataDatabase` raises.
   */
  recordLineage(nodes: readonly NodeRecord[], edges: readonly EdgeRecord[]): void {
    if (nodes.length === 0 && edges.length === 0) return;
    const run = this.#run;
    this.#database.transaction(() => {
      // A conflict clause rather than INSERT OR IGNORE, which would also swallow a missing value.
      this.#database.runMany(
        `${LINEAGE_NODES.insert} ON CONFLICT (run, node) DO NOTHING`,
        nodes.map((node) => LINEAGE_NODES.values({ ...node, run })),
      );
      this.#database.runMany(
        `${LINEAGE_EDGES.insert} ON CONFLICT (run, child, ordinal) DO NOTHING`,
        edges.map((edge) => LINEAGE_EDGES.values({ ...edge, run })),
      );
    });
    for (const { node } of nodes) this.#recorded.add(node);
  }

  /** What may change after the first job: `setName` and `persist`. A node not recorded yet is left to its first job. */
  recordChange(node: NodeId, change: Partial<Pick<LineageNodeRow, 'name' | 'storageLevel'>>): void {
    this.#database.transaction(() => {
      if (change.name !== undefined) {
        const sql = 'UPDATE lineage_nodes SET name = ? WHERE run = ? AND node = ?';
        this.#database.run(sql, toSqlValue(change.name), this.#run, node);
      }
      if (change.storageLevel !== undefined) {
        const sql = 'UPDATE lineage_nodes SET storage_level = ? WHERE run = ? AND node = ?';
        this.#database.run(sql, toSqlValue(change.storageLevel), this.#run, node);
      }
    });
  }
}
