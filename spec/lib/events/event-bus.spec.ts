import { describe, expect, it } from 'vitest';
import type { EngineEvent } from '../../../lib/events/engine-event.ts';
import { EventBus } from '../../../lib/events/event-bus.ts';

function busWithLog(): { bus: EventBus; warnings: string[] } {
  const warnings: string[] = [];
  return { bus: new EventBus({ warn: (message) => warnings.push(message), info: () => {} }), warnings };
}

const warning = (message: string): EngineEvent => ({ kind: 'warning', atMs: 1, message });

describe('EventBus', () => {
  it('hands an event to every listener at once, in the order they came', () => {
    const { bus } = busWithLog();
    const seen: string[] = [];
    bus.subscribe((event) => seen.push(`first ${event.kind}`));
    bus.subscribe((event) => seen.push(`second ${event.kind}`));
    bus.emit(warning('x'));
    expect(seen).toEqual(['first warning', 'second warning']);
  });

  it('goes on when a listener fails, and reports it once', () => {
    const { bus, warnings } = busWithLog();
    const seen: EngineEvent[] = [];
    bus.subscribe(() => {
      throw new TypeError('broken view');
    });
    bus.subscribe(() => {
      throw 'text';
    });
    bus.subscribe((event) => seen.push(event));
    bus.emit(warning('a'));
    bus.emit(warning('b'));
    expect(seen).toHaveLength(2);
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain("failed on 'warning'");
    expect(warnings[0]).toContain('TypeError: broken view\n    at ');
    expect(warnings[1]).toContain('"text"');
  });

  it('tells a listener nothing after it left, even while an event is handed out', () => {
    const { bus } = busWithLog();
    const seen: string[] = [];
    bus.subscribe(() => second[Symbol.dispose]());
    const second = bus.subscribe(() => seen.push('second'));
    bus.emit(warning('x'));
    second[Symbol.dispose]();
    bus.emit(warning('y'));
    expect(seen).toEqual([]);
  });

  it('lets a listener subscribe others and emit', () => {
    const { bus } = busWithLog();
    const seen: string[] = [];
    bus.subscribe((event) => {
      if (event.kind !== 'warning' || event.message !== 'outer') return;
      bus.subscribe((later) => seen.push(`late ${later.kind === 'warning' ? later.message : ''}`));
      bus.emit(warning('inner'));
    });
    bus.emit(warning('outer'));
    expect(seen).toEqual(['late inner']);
  });

  it('counts the same function subscribed twice as two listeners', () => {
    const { bus } = busWithLog();
    let calls = 0;
    const listener = () => void calls++;
    bus.subscribe(listener);
    bus.subscribe(listener)[Symbol.dispose]();
    bus.emit(warning('x'));
    expect(calls).toBe(1);
  });
});
