import { describe, expect, it } from 'vitest';
import { captureOptionsOf } from '../../../lib/api/capture-options.ts';
import { capture } from '../../../lib/closure/capture.ts';
import { resolveConfig } from '../../../lib/config/config.ts';
import type { SessionOptions } from '../../../lib/config/options.ts';
import type { EngineEvent } from '../../../lib/events/engine-event.ts';
import { EventBus } from '../../../lib/events/event-bus.ts';

function optionsOf(closure: NonNullable<SessionOptions['closure']>) {
  const bus = new EventBus({ warn: () => {}, info: () => {} });
  const events: EngineEvent[] = [];
  bus.subscribe((event) => events.push(event));
  return { options: captureOptionsOf(resolveConfig({ closure }, {}), bus, { nowMs: () => 7 } as never), events };
}

describe('captureOptionsOf', () => {
  it('takes what the session was told', () => {
    const { options } = optionsOf({ mutableCaptures: 'copy', warnBytes: '2 KiB', byReference: ['!zod', './x'] });
    expect(options).toMatchObject({ mutableCaptures: 'copy', warnBytes: 2048 });
    expect(options.byReference?.('file:///a/node_modules/zod/index.js')).toBe(false);
    expect(options.byReference?.(new URL('x/y.js', `file://${process.cwd()}/`).href)).toBe(true);
  });

  it('tells of what is large, once for each place and thing', async () => {
    const { options, events } = optionsOf({ warnBytes: 1000 });
    const table = 'x'.repeat(2000);
    const other = 'y'.repeat(3000);
    for (const task of [() => table, () => table, () => other]) await capture([task], options);
    for (let i = 0; i < 3; i++) await capture([() => other.length], options);
    const messages = events.map((event) => (event.kind === 'warning' ? `${event.atMs} ${event.message}` : event.kind));
    expect(messages).toHaveLength(3);
    expect(messages[0]).toMatch(/^7 closure at \S+capture-options\.spec\.ts:\d+ captures 'table', which takes /);
  });
});
