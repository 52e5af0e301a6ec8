import { describe, expect, it } from 'vitest';
import { chance } from '../../../examples/lib/chance.ts';
import type { Id } from '../../../examples/lib/id.ts';
import { blockOf, makeRatingBlock, messagesOf, type Triple } from '../../../examples/lib/rating-block.ts';

describe('rating blocks', () => {
  it('hold the rows in order of ids, whatever the order of ratings is', () => {
    const triples: Triple[] = [
      ['b', 1, 5],
      [2, 1, 4],
      ['b', 1, 3],
      [10, 1, 2],
    ];
    const block = makeRatingBlock(triples, 1);
    expect(block.ids).toEqual([2, 10, 'b']);
    expect([...block.starts]).toEqual([0, 1, 2, 4]);
    expect([...block.ratings]).toEqual([4, 2, 3, 5]);
    expect(makeRatingBlock([...triples].reverse(), 1)).toEqual(block);
  });

  it('are empty without ratings, and send nothing', () => {
    const block = makeRatingBlock([], 3);
    expect([...block.starts]).toEqual([0]);
    expect([...messagesOf(block, new Float64Array(), 2, 0)]).toEqual([]);
  });

  it('find the factors of every rating in what the other side sends', () => {
    const next = chance(3);
    const ratings = Array.from({ length: 80 }, (_, value) => ({
      user: Math.floor(next() * 20) as Id,
      item: `i${Math.floor(next() * 15)}`,
      value,
    }));
    const [userBlocks, itemBlocks] = [3, 4];
    const users = Array.from({ length: userBlocks }, (_, block) => {
      const own = ratings.filter(({ user }) => blockOf(user, userBlocks) === block);
      return makeRatingBlock(
        own.map(({ user, item, value }): Triple => [user, item, value]),
        itemBlocks,
      );
    });
    const items = Array.from({ length: itemBlocks }, (_, block) => {
      const own = ratings.filter(({ item }) => blockOf(item, itemBlocks) === block);
      return makeRatingBlock(
        own.map(({ user, item, value }): Triple => [item, user, value]),
        userBlocks,
      );
    });
    const seen = new Set<string>();
    // The factors of a user are his id, twice.
    const sent = users.flatMap((block, sender) => {
      const factors = Float64Array.from(block.ids.flatMap((id) => [Number(id), Number(id)]));
      return [...messagesOf(block, factors, 2, sender)];
    });
    for (const [receiver, block] of items.entries()) {
      for (const [row, item] of block.ids.entries()) {
        for (let i = block.starts[row] as number; i < (block.starts[row + 1] as number); i++) {
          const message = sent.find(([to, { sender }]) => to === receiver && sender === block.senders[i])?.[1];
          const user = message?.factors[2 * (block.positions[i] as number) + 1];
          seen.add(`${user} ${item} ${block.ratings[i]}`);
        }
      }
    }
    expect(seen).toEqual(new Set(ratings.map(({ user, item, value }) => `${user} ${item} ${value}`)));
    // No more than what is needed: each user once for each block that rated items of his are in.
    const needed = new Set(ratings.map(({ user, item }) => `${user} ${blockOf(item, itemBlocks)}`));
    expect(sent.reduce((sum, [, { factors }]) => sum + factors.length / 2, 0)).toBe(needed.size);
  });
});
