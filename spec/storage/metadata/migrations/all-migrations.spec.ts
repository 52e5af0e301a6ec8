import { expect, test } from 'vitest';
import { ALL_MIGRATIONS } from '../../../../storage/metadata/migrations/all-migrations.ts';

test('steps are numbered from 1 without gaps', () => {
  expect(ALL_MIGRATIONS.map(({ version }) => version)).toEqual(ALL_MIGRATIONS.map((_, i) => i + 1));
});
