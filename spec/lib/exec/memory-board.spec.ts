import { describe, expect, it } from 'vitest';
import { MemoryBoard } from '../../../lib/exec/memory-board.ts';

describe('MemoryBoard', () => {
  it('gives another thread the last text', () => {
    const board = new MemoryBoard();
    expect(board.read()).toBe('');
    const other = new MemoryBoard(board.bytes);
    other.write('sort by key 12.0 MiB, map output 3.0 MiB');
    other.write('map output 3.0 MiB');
    expect(board.read()).toBe('map output 3.0 MiB');
    expect(board.bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('cuts a text that is too long', () => {
    const board = new MemoryBoard();
    board.write('ä'.repeat(1000));
    expect(board.read()).toBe('ä'.repeat(256));
  });
});
