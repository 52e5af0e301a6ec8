import { describe, expect, it } from 'vitest';
import { CaptureStep, describeObject, describePath, nameOf } from '../../../lib/closure/capture-path.ts';

const named = function job() {};
const location = 'src/job.ts:14';

describe('describePath', () => {
  it('leads from a closure through variables, properties, elements and entries', () => {
    const text = describePath([
      { value: named, location, step: new CaptureStep('svc', 1) },
      { value: {}, location: undefined, step: 'repo' },
      { value: {}, location: undefined, step: 'not an identifier' },
      { value: [], location: undefined, step: 3 },
      { value: new Map(), location: undefined, step: { mapKey: 'main' } },
      { value: new Map(), location: undefined, step: { mapKey: 5n } },
      { value: named, location: 'src/more.ts:2', step: new CaptureStep('x', 2) },
      { value: new (class Socket {})(), location: undefined, step: Symbol('s') },
    ]);
    expect(text).toBe(
      "closure at src/job.ts:14 ('job') captures 'svc' -> Object.repo -> Object[\"not an identifier\"] -> Array[3]" +
        ' -> Map.get("main") -> Map.get("5n") -> function job (src/more.ts:2) captures \'x\' -> Socket[Symbol(s)]',
    );
  });

  it('names the export and not the module that a runner made', () => {
    const text = describePath([
      { value: named, location, step: new CaptureStep('helpers_1', 1) },
      { value: undefined, location: undefined, step: 'usesPool' },
      { value: named, location: 'src/more.ts:2', step: undefined },
    ]);
    expect(text).toBe("closure at src/job.ts:14 ('job') captures 'usesPool' -> function job (src/more.ts:2)");
  });

  it('begins with the class where that is what was captured', () => {
    expect(describePath([{ value: class Point {}, location, step: undefined }])).toBe('class Point at src/job.ts:14');
  });
});

describe('describeObject', () => {
  it('runs nothing of the user', () => {
    const trap = {
      get constructor(): never {
        throw new RangeError('ran');
      },
    };
    expect(describeObject(trap)).toBe('Object');
    expect(describeObject(new Proxy({}, {}))).toBe('Proxy');
    expect(describeObject((function* () {})())).toBe('Generator');
    expect(
      nameOf(
        // biome-ignore lint/complexity/noStaticOnlyClass: a static member is what the case is about
        class {
          static get name(): never {
            throw new RangeError('ran');
          }
        },
      ),
    ).toBe('');
  });
});
