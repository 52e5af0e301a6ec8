import { describe, expect, it } from 'vitest';
import { explainResume } from '../../cli/explain-resume.ts';
import { SpecDirectory } from '../support/engine-of-spec.ts';
import { runOnce } from '../support/resuming.ts';
import { FakeIo } from './support/example-catalog.ts';

const explain = (directory: string, ...args: readonly string[]) => {
  const io = new FakeIo({ CAIRN_DIR: directory });
  expect(explainResume.run(['--resume', ...args], io)).toBe(0);
  return io.stdout;
};

describe('cairn explain --resume', () => {
  it('shows what a run reused, and why not the rest', async () => {
    using home = new SpecDirectory();
    const program = (factor: number) => async (bench: Parameters<Parameters<typeof runOnce>[1]>[0]) => {
      const pairs = bench.parallelize([1, 2, 3, 4], 2);
      const same = pairs.map((n): [number, number] => [n % 2, n]).reduceByKey((a, b) => a + b, 2);
      const changing = pairs.map((n): [number, number] => [n % 2, n * factor]).reduceByKey((a, b) => a + b, 2);
      return await same.join(changing, 2).collect();
    };
    const first = await runOnce(home.path, program(1), { stops: true });
    const second = await runOnce(home.path, program(2));
    const lines = explain(home.path).split('\n');
    expect(lines[0]).toMatch(/^DATASET +STORED AS +DECISION +PARTS +SIZE +SAVED +OF RUN$/);
    expect(lines.filter((line) => line.includes(' reused '))).toEqual([
      expect.stringMatching(
        new RegExp(`^2 reduceByKey at \\S+ +shuffle 0 +reused +2 of 2 +\\d+ B +\\d+ ms +${first.run}$`),
      ),
    ]);
    expect(lines.filter((line) => line.includes(' refused '))).toEqual([
      expect.stringMatching(new RegExp(`^4 reduceByKey at \\S+ +shuffle 1 +refused +0 of 2 +${first.run}$`)),
    ]);
    expect(lines.some((line) => /^ {2}captured 'factor' changed at /.test(line))).toBe(true);
    expect(explain(home.path, second.run)).toBe(lines.join('\n'));
    expect(explain(home.path, first.run)).toMatch(/^run \w{8} found nothing of earlier runs/);
  });

  it('wants to know what is to be explained', () => {
    expect(() => explainResume.run([], new FakeIo())).toThrow(/^COMMAND_LINE: what is to be explained/);
  });
});
