import { writeFileSync } from 'node:fs';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { IterateOptions, LoopStep } from '../../../lib/api/iterate.ts';
import { LoopIdentity } from '../../../lib/api/loop-identity.ts';
import { nodeOf, type Rdd } from '../../../lib/api/rdd.ts';
import { engineOf, type Session } from '../../../lib/api/session.ts';
import { captureCallSite } from '../../../lib/lineage/call-site.ts';
import { diffFingerprints } from '../../../lib/lineage/diff-fingerprints.ts';
import { Fingerprints } from '../../../lib/lineage/fingerprints.ts';
import { SpecDirectory } from '../../support/engine-of-spec.ts';
import { SPEC_MASTER } from '../../support/spec-master.ts';
import { LoopBench } from './support/loop-bench.ts';

const home = new SpecDirectory();
afterAll(() => home[Symbol.dispose]());
let count = 0;
let bench: LoopBench;
beforeEach(() => {
  bench = new LoopBench(home.join(`identities-${count++}`), SPEC_MASTER);
});

type Numbers = Rdd<number>;
/** A loop as a program writes it: made in a session. */
type Program = (session: Session) => {
  readonly initial?: Numbers;
  readonly step: LoopStep<number>;
  readonly options?: Partial<IterateOptions<number>>;
};

async function identityOf(session: Session, program: Program): Promise<LoopIdentity | readonly string[]> {
  const { fileSystem, captureOptions } = engineOf(session);
  const { initial = session.range(0, 10, 1, 2), step, options } = program(session);
  return await LoopIdentity.take(new Fingerprints({ fileSystem, capture: captureOptions }), {
    callSite: captureCallSite('iterate'),
    initial: nodeOf(initial),
    functions: options?.until === undefined ? [step] : [step, options.until],
    version: options?.version,
    isSession: (thing) => thing === session,
  });
}

async function taken(session: Session, program: Program): Promise<LoopIdentity> {
  const identity = await identityOf(session, program);
  expect(identity).toBeInstanceOf(LoopIdentity);
  return identity as LoopIdentity;
}

const add =
  (n: unknown): LoopStep<number> =>
  (state) =>
    state.map((x) => x + Number(n));

const joined =
  (weights: Numbers): LoopStep<number> =>
  (state) =>
    state.intersection(weights);

describe('the identity of a loop', () => {
  it('is the same in each session', async () => {
    const program: Program = (session) => {
      const weights = session.range(5).map((n) => n * 2);
      const shift = { by: new Map([['x', 1]]) };
      const step: LoopStep<number> = async (state, iteration) => {
        const many = await session.range(iteration).count();
        return state.intersection(weights).map((n) => n + (shift.by.get('x') ?? 0) + many);
      };
      return { step };
    };
    await using first = await bench.open();
    await using other = await new LoopBench(`${bench.directory}-other`, SPEC_MASTER).open();
    other.range(3);
    expect((await taken(other, program)).key).toBe((await taken(first, program)).key);
  });

  it.each<[what: string, before: Program, after: Program, says: RegExp]>([
    [
      'the text of the step',
      () => ({ step: (s) => s.map((x) => x + 1) }),
      () => ({ step: (s) => s.map((x) => x + 2) }),
      /^function at .* changed$/,
    ],
    ['a captured value', () => ({ step: add(1) }), () => ({ step: add(2) }), /^captured 'n' changed at /],
    [
      'a captured dataset',
      (s) => ({ step: joined(s.range(5)) }),
      (s) => ({ step: joined(s.range(6)) }),
      /^captured 'weights' changed at |^'end' of range at .*: 5 -> 6/,
    ],
    [
      'the dataset it begins with',
      (s) => ({ initial: s.range(3), step: add(1) }),
      (s) => ({ initial: s.range(4), step: add(1) }),
      /^'end' of range at .*: 3 -> 4$/,
    ],
    [
      'the question',
      () => ({ step: add(1), options: { until: () => true } }),
      () => ({ step: add(1), options: { until: () => false } }),
      /^function at .* changed$/,
    ],
    ['a question more', () => ({ step: add(1) }), () => ({ step: add(1), options: { until: () => false } }), /./],
    [
      'the version',
      () => ({ step: add(1), options: { version: 'a' } }),
      () => ({ step: add(1), options: { version: 'b' } }),
      /^declared version of iterate at .*: a -> b$/,
    ],
  ])('tells by name when %s is another one', async (_, before, after, says) => {
    await using session = await bench.open();
    const [old, current] = [await taken(session, before), await taken(session, after)];
    expect(current.key).not.toBe(old.key);
    expect(diffFingerprints(old.records(), current.records())[0]).toMatch(says);
  });

  it('is none where something has no content to compare, and says why', async () => {
    await using session = await bench.open();
    const controller = new AbortController();
    const seen: number[] = [];
    let last = 0;
    const reasons = async (step: LoopStep<number>, initial?: Numbers) =>
      await identityOf(session, () => ({ step, ...(initial === undefined ? {} : { initial }) }));
    const aborting: LoopStep<number> = (s) => (controller.signal.aborted ? s : s.map((x) => x));
    expect(await reasons(aborting)).toEqual([expect.stringMatching(/captures 'controller'.*cannot be copied/)]);
    const noting: LoopStep<number> = (s, i) => {
      seen.push(i);
      return s;
    };
    expect(await reasons(noting)).toEqual([expect.stringMatching(/captures 'seen' and only puts things into it/)]);
    const assigning: LoopStep<number> = (s, i) => {
      last = i;
      return s.map((x) => x + last);
    };
    expect(await reasons(assigning)).toEqual([expect.stringMatching(/captures 'last' and assigns it/)]);
    const shared = new SharedArrayBuffer(8);
    const changing = session.range(3).map((n) => n + shared.byteLength);
    expect(await reasons(joined(changing))).toEqual([expect.stringMatching(/shared/)]);
    expect(await reasons(add(1), changing)).toEqual([expect.stringMatching(/shared/)]);
  });

  it('has a declared version speak for what functions hold, and not for datasets', async () => {
    await using session = await bench.open();
    const shared = new SharedArrayBuffer(8);
    const seen: number[] = [];
    const options = { version: '1' };
    await taken(session, () => ({ step: add(shared.byteLength), options }));
    await taken(session, () => ({
      step: (s, i) => {
        seen.push(i);
        return s;
      },
      options,
    }));
    const changing = session.range(3).map((n) => n + shared.byteLength);
    expect(await identityOf(session, () => ({ step: joined(changing), options }))).toEqual([
      expect.stringMatching(/shared/),
    ]);
  });

  it('tells what has changed since it was taken', async () => {
    await using session = await bench.open();
    const path = home.join(`input-${count}.txt`);
    writeFileSync(path, '1\n2\n');
    const table = new Map([['rate', 1]]);
    const records = [1, 2, 3];
    let weights = session.range(5);
    const setWeights = (other: Numbers): void => {
      weights = other;
    };
    const identity = await taken(session, () => ({
      initial: session.textFile(path).map(Number),
      step: (state) =>
        state.map((x) => x * (table.get('rate') ?? 0)).intersection(weights.union(session.parallelize(records))),
    }));
    expect(await identity.changes()).toEqual([]);
    table.set('rate', 2);
    expect(await identity.changes()).toEqual([expect.stringMatching(/^captured 'table' changed at/)]);
    table.set('rate', 1);
    records.push(4);
    expect(await identity.changes()).toEqual([expect.stringMatching(/^captured 'records' changed at/)]);
    records.pop();
    setWeights(session.range(6));
    expect(await identity.changes()).toEqual([expect.stringMatching(/^captured 'weights' changed at/)]);
    setWeights(session.range(5));
    expect(await identity.changes()).toEqual([]);
    writeFileSync(path, '1\n2\n3\n');
    expect(await identity.changes()).toEqual([expect.stringMatching(/^input .*\.txt: size 4 -> 6$/)]);
  });
});
