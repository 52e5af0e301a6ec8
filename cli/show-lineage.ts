import { openCatalog } from '../lib/index.ts';
import { type Command, directoryOf, missing, parse, parseId, usageError } from './command.ts';
import { lineageDetails } from './lineage-details.ts';
import { printDot } from './lineage-dot.ts';
import { printSvg } from './lineage-svg.ts';
import { printLineage } from './lineage-text.ts';

const PRINTERS = { text: printLineage, dot: printDot, svg: printSvg };

export const showLineage: Command = {
  name: 'lineage',
  usage: '[run] [--job <n>] [--node <n>] [--format text|dot|svg] [--dir <dir>]',
  summary: 'show what a run, a job or a dataset was computed from',
  details: [
    'As text, with an indentation for each shuffle; as a drawing for a browser; or as a graph for Graphviz:',
    '  cairn lineage --job 3 --format svg > lineage.svg',
  ],
  run(args, io) {
    const { flags, positionals } = parse('lineage', args, ['dir', 'job', 'node', 'format'], 1);
    const { format = 'text' } = flags;
    if (format !== 'text' && format !== 'dot' && format !== 'svg') {
      throw usageError(`--format must be text, dot or svg, found '${format}'`, 'lineage');
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
      return node === undefined
        ? missing(io, `run ${run} has no job ${job}`, `'cairn jobs ${run}' lists its jobs`)
        : missing(io, `run ${run} has no dataset ${node}`, `'cairn lineage ${run}' shows its datasets`);
    }
    if (graph.nodes.length === 0) io.complain(`run ${run} has computed nothing\n`);
    const work = { stages: catalog.stages(run), jobs: catalog.jobs(run), checkpoints: catalog.checkpoints() };
    io.write(PRINTERS[format](graph, lineageDetails(graph, work)));
    return 0;
  },
};
