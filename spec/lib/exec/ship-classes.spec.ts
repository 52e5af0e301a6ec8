import { afterEach, describe, expect, it } from 'vitest';
import {
  findClassNamed,
  recordClasses,
  registerRecordClass,
  unregisterRecordClass,
} from '../../../formats/record/record-class.ts';
import { decodeValue, encodeValue } from '../../../formats/record/value-codec.ts';
import { capture } from '../../../lib/closure/capture.ts';
import { revive } from '../../../lib/closure/revive.ts';
import { applyClasses, classesSince } from '../../../lib/exec/ship-classes.ts';

class Point {
  readonly x: number;
  constructor(x: number) {
    this.x = x;
  }
}

const NAMES = ['spec.Point', 'spec.Other', 'spec.Handle'];

function registerPoint(): void {
  registerRecordClass({
    name: 'spec.Point',
    version: 2,
    constructor: Point,
    toRecord: ({ x }) => ({ x }),
    fromRecord: ({ x }) => new Point(x),
  });
}

afterEach(() => {
  for (const name of NAMES) unregisterRecordClass(name);
});

describe('registered classes', () => {
  it('are sent when something changed', async () => {
    const before = recordClasses().version;
    expect(await classesSince(before)).toBe(undefined);
    registerPoint();
    const shipped = await classesSince(before);
    expect(shipped).toMatchObject({ version: before + 1, classes: [{ name: 'spec.Point' }] });
    expect(await classesSince(before)).toBe(shipped);
    expect(await classesSince(before + 1)).toBe(undefined);
    unregisterRecordClass('spec.Point');
    expect(await classesSince(before + 1)).toMatchObject({ version: before + 2, classes: [] });
  });

  it('are in a worker what functions there take them for', async () => {
    registerPoint();
    const shipped = structuredClone(await classesSince(-1));
    const packet = structuredClone(await capture([(value: unknown) => value instanceof Point, Point]));
    unregisterRecordClass('spec.Point');
    await applyClasses(shipped as NonNullable<typeof shipped>);
    const [isPoint, There] = (await revive(packet)) as [(value: unknown) => boolean, typeof Point];
    expect(There).not.toBe(Point);
    expect(findClassNamed('spec.Point')?.version).toBe(2);
    const value = decodeValue(encodeValue([new There(7)])) as readonly [Point];
    expect(isPoint(value[0])).toBe(true);
    expect(value[0].x).toBe(7);
  });

  it('keep what their functions reach by this', async () => {
    const definition = {
      name: 'spec.Point',
      factor: 10,
      constructor: Point,
      toRecord(point: Point): number {
        return point.x * this.factor;
      },
      fromRecord(data: number): Point {
        return new Point(data / this.factor);
      },
    };
    registerRecordClass(definition);
    const shipped = structuredClone(await classesSince(-1));
    await applyClasses(shipped as NonNullable<typeof shipped>);
    const there = findClassNamed('spec.Point');
    expect(there?.fromRecord(there.toRecord(new Point(7)), 0)).toMatchObject({ x: 7 });
  });

  it('that came before and are no more are taken back; others stay', async () => {
    registerRecordClass({ name: 'spec.Other', constructor: class {}, toRecord: () => 1, fromRecord: () => ({}) });
    await applyClasses({ version: 1, classes: [] });
    registerPoint();
    const shipped = await classesSince(-1);
    const point = shipped?.classes.filter(({ name }) => name === 'spec.Point') ?? [];
    await applyClasses({ version: 2, classes: point });
    expect(recordClasses().definitions.map(({ name }) => name)).toEqual(['spec.Other', 'spec.Point']);
    await applyClasses({ version: 3, classes: [] });
    expect(recordClasses().definitions.map(({ name }) => name)).toEqual(['spec.Other']);
  });

  it('that cannot travel keep no others from it, and say why when they are met', async () => {
    const pending = Promise.resolve();
    class Handle {
      readonly id = 1;
    }
    registerPoint();
    registerRecordClass({
      name: 'spec.Handle',
      constructor: Handle,
      toRecord: () => 1,
      fromRecord: () => {
        void pending;
        return new Handle();
      },
    });
    const bytes = encodeValue([new Handle(), new Point(1)]);
    const points = encodeValue([new Point(1)]);
    const shipped = structuredClone(await classesSince(-1));
    await applyClasses(shipped as NonNullable<typeof shipped>);
    expect(decodeValue(points)).toMatchObject([{ x: 1 }]);
    expect(() => decodeValue(bytes)).toThrow(/captures 'pending' -> Promise/);
  });
});
