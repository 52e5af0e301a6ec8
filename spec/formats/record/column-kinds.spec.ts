import { describe, expect, it } from 'vitest';
import { COLUMN_KINDS, HAS_NULLS } from '../../../formats/record/column-kinds.ts';

describe('column kinds', () => {
  it('keep their numbers for ever', () => {
    expect(COLUMN_KINDS.join()).toBe('int,double,boolean,dictionary,string,date,bigint,object,tuple,list,value');
    expect(COLUMN_KINDS.length).toBeLessThan(HAS_NULLS);
  });
});
