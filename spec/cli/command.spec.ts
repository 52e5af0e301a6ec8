import { describe, expect, it } from 'vitest';
import { directoryOf, parse, parseId } from '../../cli/command.ts';
import { FakeIo } from './support/example-catalog.ts';

describe('the arguments of a command', () => {
  it('are flags with values, in any order with the rest', () => {
    const { flags, positionals } = parse('jobs', ['--dir', 'a', 'last', '--job=3', '--', '--x'], ['dir', 'job'], 2);
    expect(flags).toEqual({ dir: 'a', job: '3' });
    expect(positionals).toEqual(['last', '--x']);
    expect(parse('jobs', ['--dir', 'a', '--dir', 'b'], ['dir'], 0).flags).toEqual({ dir: 'b' });
    expect(parse('jobs', ['--dir='], ['dir'], 0).flags).toEqual({ dir: '' });
  });

  it.each([
    [['--other', 'x'], /there is no flag '--other'/],
    [['-d', 'x'], /there is no flag '-d'/],
    [['--__proto__', 'x'], /there is no flag '--__proto__'/],
    [['--dir'], /--dir needs a value/],
    [['a', 'b'], /unexpected argument 'b'/],
  ])('refuse %o', (args, message) => {
    expect(() => parse('jobs', args, ['dir'], 1)).toThrow(message);
  });

  it('are switches, which take no value', () => {
    const { switches, flags } = parse('verify', ['--all', '--dir', 'a'], ['dir'], 0, ['all', 'quick']);
    expect([switches, flags]).toEqual([new Set(['all']), { dir: 'a' }]);
    expect(parse('verify', ['--all', 'x'], ['dir'], 1, ['all']).positionals).toEqual(['x']);
    expect(() => parse('verify', ['--all=x'], ['dir'], 1, ['all'])).toThrow(/--all takes no value/);
  });

  it.each(['', '-1', '1.5', '1e3', '0x1', '٣', '9'.repeat(16)])('take no %o for an id', (text) => {
    expect(() => parseId('jobs', 'job', text)).toThrow(/^COMMAND_LINE: --job must be a whole number/);
  });

  it('name the data directory as a session would', () => {
    expect(directoryOf('a', new FakeIo({ CAIRN_DIR: 'b' }))).toBe('a');
    expect(directoryOf(undefined, new FakeIo({ CAIRN_DIR: 'b' }))).toBe('b');
    expect(directoryOf(undefined, new FakeIo({ CAIRN_DIR: '' }))).toBe('.cairn');
  });
});
