import { describe, expect, it } from 'vitest';
import {
  EntityBase,
  FORMS,
  FunctionFlag,
  ModuleTool,
  NodeTag,
  PropertyFlag,
  PrototypeKind,
  ReferenceKind,
  ValueTag,
} from '../../../lib/closure/packet.ts';

describe('the codes of a packet', () => {
  it('are all different within their kind', () => {
    for (const table of [
      EntityBase,
      FunctionFlag,
      ModuleTool,
      NodeTag,
      PropertyFlag,
      PrototypeKind,
      ReferenceKind,
      ValueTag,
    ]) {
      expect(new Set(Object.values(table)).size).toBe(Object.keys(table).length);
    }
  });

  it('have flags that are bits of a byte', () => {
    for (const flag of Object.values(FunctionFlag)) expect([1, 2, 4, 8, 16, 32, 64, 128]).toContain(flag);
    expect(FORMS).toContain('class');
  });
});
