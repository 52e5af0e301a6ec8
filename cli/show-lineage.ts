import { openCatalog } from '../lib/index.ts';
import { type Command, directoryOf, parse, parseId, usageError } from './command.ts';
import { printDot } from './lineage-dot.ts';
import { printLineage } from './lineage-text.ts';

export const showLineage: Command = {
  name: 'lineage',
  usage: '[run] [--job <n>] [--node <n>] [--format text|dot] [--dir <dir>]',
  summary: 'show what a run, a job or a dataset was computed from',
  details: [
    'As text, with an indentation for each shuffle; or as a graph for Graphviz:',
    '  cairn lineage --job 3 --format dot | dot -Tsvg > lineage.svg',
  ],
  run(args, io) {
    const { flags, positionals } = parse('lineage', args, ['dir', 'job', 'node', 'format'], 1);
    const { format = 'text' } = flags;
    if (format !== 'text' && format !== 'dot') {
      throw usageError(`--format must be text or dot, found '${format}'`, 'lineage');
    }
    const job = parseId('lineage', 'job', flags.job);
    const node = parseId('lineage', 'node', flags.node);
    using catalog = openCatalog(directoryOf(flags.dir, io));
    const { run } = catalog.run(positionals[0]);
    const graph = catalog.lineage(run, {
      ...(job === undefined ? {} : { job }),
      ...(node === undefined ? {} : { node }),
    });
    if (graph.nodes.length === 0 && (job !== undefined || node !== undefined)) {
      const what = node === undefined ? `job ${job}` : `dataset ${node}`;
      throw usageError(`run ${run} has no ${what}: 'cairn jobs ${run}' lists its jobs`, 'lineage');
    }
    io.write(format === 'dot' ? printDot(graph) : printLineage(graph));
    return 0;
  },
};
