import { describe, expect, it } from 'vitest';
import { rowBatch } from '../../../formats/schema/batch.ts';
import { CombineSink } from '../../../lib/exec/combine-sink.ts';
import { FusedChain } from '../../../lib/exec/fused-chain.ts';
import { findLoop, sinkSignature, stepSignature } from '../../../lib/exec/loop-cache.ts';
import { BucketSink, CountSink, ForeachSink, ReduceSink, RowsSink, type Sink } from '../../../lib/exec/sink.ts';
import type { Step } from '../../../lib/lineage/step.ts';
import { KeyTable } from '../../../lib/shuffle/key-table.ts';

describe('findLoop', () => {
  it('compiles a loop once, and again only after many others were used', () => {
    let compiled = 0;
    const find = (key: string) =>
      findLoop(`loop-cache.spec ${key}`, () => {
        compiled++;
        return { key };
      });
    const first = find('a');
    expect(find('a')).toBe(first);
    expect(compiled).toBe(1);
    for (let i = 0; i < 400; i++) find(`${i}`);
    expect(find('a')).toBe(first);
    for (let i = 400; i < 899; i++) find(`${i}`);
    expect(find('a')).toBe(first);
    for (let i = 0; i < 500; i++) find(`other ${i}`);
    expect(find('a')).not.toBe(first);
  });

  it('keeps nothing of what could not be compiled', () => {
    const fail = () => {
      throw new SyntaxError('no');
    };
    expect(() => findLoop('loop-cache.spec failing', fail)).toThrow('no');
    expect(findLoop('loop-cache.spec failing', () => ({ ok: true }))).toEqual({ ok: true });
  });
});

describe('a loop of a chain', () => {
  const stacks: string[] = [];
  /** A step of one place in the code: the same text, whatever it captures. */
  const adding = (by: number): Step => ({
    kind: 'map',
    f: (n) => {
      stacks.push(new Error('where').stack ?? '');
      return (n as number) + by;
    },
  });

  /** What a chain gives, and the chain whose code ran. */
  function run(name: string, site: string, steps: readonly Step[], sink: Sink = new RowsSink()) {
    stacks.length = 0;
    const chain = new FusedChain(
      steps,
      sink.kind,
      'on',
      `loop-cache-${name}`,
      steps.map(() => site),
      site,
    );
    chain.run(rowBatch([1, 2]), chain.open(0), sink);
    return {
      rows: sink.kind === 'rows' ? sink.rows : [],
      from: /cairn\/loop-cache-(\w+)-\d+-rows\.js/.exec(stacks[0] ?? '')?.[1],
    };
  }

  it('serves a later chain of the same closures at the same place, with what they capture then', () => {
    expect(run('first', 'job.ts:1', [adding(10)])).toEqual({ rows: [11, 12], from: 'first' });
    expect(run('second', 'job.ts:1', [adding(20)])).toEqual({ rows: [21, 22], from: 'first' });
  });

  it('is one of its own for another place, other steps, another order, another sink', () => {
    expect(run('place', 'job.ts:2', [adding(1)]).from).toBe('place');
    expect(run('longer', 'job.ts:1', [adding(1), { kind: 'pass' }]).from).toBe('longer');
    expect(run('turned', 'job.ts:1', [{ kind: 'pass' }, adding(1)]).from).toBe('turned');
    expect(run('sink', 'job.ts:1', [adding(1)], new CountSink()).from).toBe('sink');
    expect(run('again', 'job.ts:1', [adding(3)])).toEqual({ rows: [4, 5], from: 'first' });
  });

  it('serves all parts of a long chain that read the same, and are from the same places', () => {
    const steps = Array.from({ length: 100 }, () => adding(1));
    expect(run('long', 'job.ts:3', steps).rows).toEqual([101, 102]);
    const names = stacks.map((stack) => /cairn\/(loop-cache-\w+-\d+)-rows\.js/.exec(stack)?.[1]);
    // 96 of them in equal parts, and the rest, which ends in another sink.
    expect(new Set(names)).toEqual(new Set(['loop-cache-long-0', 'loop-cache-long-6']));
  });
});

describe('signatures', () => {
  it('tell apart what the code of a step depends on, and nothing else', () => {
    const of = (step: Step) => JSON.stringify(stepSignature(step));
    expect(of({ kind: 'map', f: (n) => n })).not.toBe(of({ kind: 'map', f: (m) => m }));
    const twice = [1, 2].map((by): Step => ({ kind: 'map', f: (n) => (n as number) * by }));
    expect(of(twice[0] as Step)).toBe(of(twice[1] as Step));
    expect(of({ kind: 'join', leftOuter: true, rightOuter: false })).not.toBe(
      of({ kind: 'join', leftOuter: false, rightOuter: true }),
    );
    expect(of({ kind: 'unique-id', stride: 2 })).not.toBe(of({ kind: 'unique-id', stride: 3 }));
    expect(of({ kind: 'sample', lower: 0, upper: 0.5, seed: 1 })).toBe(
      of({ kind: 'sample', lower: 0, upper: 0.5, seed: 2 }),
    );
    expect(of({ kind: 'index', starts: { value: [1] } })).toBe(of({ kind: 'index', starts: { value: undefined } }));
  });

  it('name the functions that a sink calls', () => {
    const merge = (a: unknown, b: unknown) => [a, b];
    expect(sinkSignature(new ReduceSink(merge))).toBe(String(merge));
    expect(sinkSignature(new ForeachSink(Boolean))).toContain('native code');
    const aggregator = { createCombiner: () => 0, mergeValue: merge, mergeCombiners: () => 1 };
    const combining = (isMerging: boolean) => sinkSignature(new CombineSink(new KeyTable(), aggregator, isMerging));
    expect(combining(false)).toBe(String(merge));
    expect(combining(true)).toBe(String(aggregator.mergeCombiners));
    expect([new RowsSink(), new BucketSink(1, () => 0, false)].map(sinkSignature)).toEqual(['', '']);
  });
});
