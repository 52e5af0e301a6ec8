import { spawnSync } from 'node:child_process';

/** Runs a script in a process of its own, which prints the most kilobytes that it had: as MiB. */
export function peakMemory(script: URL, ...args: readonly string[]): number {
  const { stdout, stderr, status } = spawnSync(process.execPath, [...process.execArgv, script.pathname, ...args], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${script.pathname} ${args.join(' ')} failed: ${stderr}`);
  return Number(stdout) / 1024;
}
