import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import v8 from 'node:v8';
import { compare } from '../support/harness.ts';
import { repeatable } from '../support/random.ts';
import { benchSession } from '../support/session.ts';

const ROWS = 100_000;
const MAPS = 4;
const REDUCERS = 43;

interface WideRecord {
  readonly a: number;
  readonly b: number;
  readonly c: string;
  readonly d: readonly number[];
}

/**
 * How the records' arrays are made, which decides what V8 makes of them: `sized` is `new Array(100)`, filled
 * afterwards, the way most loops do it; `packed` comes from `Array.from`. `v8.serialize` has a fast path for packed arrays only.
 */
type ArrayForm = 'sized' | 'packed';

/** An integer, a double, 1,000 characters of words and 100 integers. */
function makeRecords(form: ArrayForm): WideRecord[] {
  const random = repeatable(11);
  const draw = (): number => Math.floor(random() * 1e6);
  const words = Array.from({ length: 2000 }, () =>
    Array.from({ length: 2 + Math.floor(random() * 9) }, () =>
      String.fromCharCode(97 + Math.floor(random() * 26)),
    ).join(''),
  );
  return Array.from({ length: ROWS }, () => {
    let text = '';
    while (text.length < 1000) text += `${words[Math.floor(random() * random() * 2000)]} `;
    return {
      a: draw(),
      b: random() * 1e6,
      // Through a buffer: a flat string, as one that was read from somewhere.
      c: Buffer.from(text.slice(0, 1000), 'latin1').toString('latin1'),
      d: form === 'packed' ? Array.from({ length: 100 }, draw) : sized(100, draw),
    };
  });
}

function sized(length: number, draw: () => number): number[] {
  const items = new Array<number>(length);
  for (let i = 0; i < length; i++) items[i] = draw();
  return items;
}

const touch = (record: WideRecord): number => record.a + record.c.length + (record.d[99] as number);

/**
 * Wide records dealt out to 43 partitions through disk and read again, with each codec; against the same with
 * `v8.serialize` in one file per map and reducer. Both sides remove their files after each round. The bar is on arrays
 * as most code makes them; the ratio for packed ones is printed beside it.
 */
export async function repartition(): Promise<boolean> {
  const holds = await measure('sized', 'arrays made by new Array(100) and filled', 3);
  await measure('packed', 'packed arrays', undefined);
  return holds;
}

async function measure(form: ArrayForm, arrays: string, times: number | undefined): Promise<boolean> {
  const rows = makeRecords(form);
  const engine = async (codec: 'none' | 'zstd' | 'deflate') => {
    let session = await benchSession({ memory: '4 GiB', shuffle: { codec } });
    return {
      run: () =>
        session
          .parallelize(rows, MAPS)
          .repartition(REDUCERS)
          .map(touch)
          .aggregate(
            0,
            (a, b) => a + b,
            (a, b) => a + b,
          ),
      after: async () => {
        await session.close();
        session = await benchSession({ memory: '4 GiB', shuffle: { codec } });
      },
      close: () => session.close(),
    };
  };
  const none = await engine('none');
  const zstd = await engine('zstd');
  const deflate = await engine('deflate');
  const dir = mkdtempSync(join(tmpdir(), 'cairn-bench-v8-'));
  const path = (map: number, reducer: number) => join(dir, `${map}-${reducer}`);
  const holds = await compare({
    title: `repartition of ${ROWS} wide records into ${REDUCERS} through disk, ${arrays}`,
    variants: [
      {
        name: 'v8.serialize',
        run: () => {
          for (let map = 0; map < MAPS; map++) {
            const buckets: WideRecord[][] = Array.from({ length: REDUCERS }, () => []);
            for (let i = (map * ROWS) / MAPS; i < ((map + 1) * ROWS) / MAPS; i++) {
              buckets[i % REDUCERS]?.push(rows[i] as WideRecord);
            }
            buckets.forEach((bucket, reducer) => {
              writeFileSync(path(map, reducer), v8.serialize(bucket));
            });
          }
          let sum = 0;
          for (let reducer = 0; reducer < REDUCERS; reducer++) {
            for (let map = 0; map < MAPS; map++) {
              for (const record of v8.deserialize(readFileSync(path(map, reducer))) as WideRecord[]) {
                sum += touch(record);
              }
            }
          }
          return sum;
        },
        after: () => {
          for (let map = 0; map < MAPS; map++) {
            for (let reducer = 0; reducer < REDUCERS; reducer++) rmSync(path(map, reducer));
          }
        },
      },
      { name: 'repartition', ...none },
      { name: 'repartition, zstd', ...zstd },
      { name: 'repartition, deflate', ...deflate },
    ],
    bars: [{ faster: 'repartition', slower: 'v8.serialize', ...(times === undefined ? {} : { times }) }],
    rounds: 7,
  });
  for (const { close } of [none, zstd, deflate]) await close();
  rmSync(dir, { recursive: true, force: true });
  return holds;
}
