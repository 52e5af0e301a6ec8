import { describe, expect, it } from 'vitest';
import { environmentVariable, OPTIONS, type OptionName } from '../../../lib/config/options.ts';

const NAMES = Object.keys(OPTIONS) as OptionName[];

describe('OPTIONS', () => {
  it('has dotted camelCase names, none of them the group of another', () => {
    for (const name of NAMES) {
      expect(name).toMatch(/^[a-z][a-zA-Z]*(\.[a-z][a-zA-Z]*)*$/);
      expect(NAMES.filter((other) => other.startsWith(`${name}.`))).toEqual([]);
    }
  });

  it('says of each option in whole sentences what it does', () => {
    for (const name of NAMES) expect(OPTIONS[name].doc).toMatch(/^[A-Z`].*\.$/);
  });
});

describe('environmentVariable', () => {
  it('follows from the name of the option', () => {
    expect(environmentVariable('memory')).toBe('CAIRN_MEMORY');
    expect(environmentVariable('task.maxFailures')).toBe('CAIRN_TASK_MAX_FAILURES');
    expect(environmentVariable('memoryStorageFraction')).toBe('CAIRN_MEMORY_STORAGE_FRACTION');
    expect(environmentVariable('scheduler.pools')).toBeUndefined();
    expect(environmentVariable('closure.byReference')).toBeUndefined();
  });

  it('is another for each option, and none that means something else', () => {
    const variables = NAMES.map(environmentVariable).filter((variable) => variable !== undefined);
    expect(new Set([...variables, 'CAIRN_FAILPOINT', 'CAIRN_GOLDEN']).size).toBe(variables.length + 2);
  });
});
