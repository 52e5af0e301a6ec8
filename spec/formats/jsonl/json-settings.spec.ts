import { describe, expect, it } from 'vitest';
import { canSplitJson, DEFAULT_JSON_SETTINGS } from '../../../formats/jsonl/json-settings.ts';

describe('canSplitJson', () => {
  it('lets lines of UTF-8 be read from the middle, and nothing else', () => {
    expect(canSplitJson(DEFAULT_JSON_SETTINGS)).toBe(true);
    expect(canSplitJson({ ...DEFAULT_JSON_SETTINGS, multiLine: true })).toBe(false);
    expect(canSplitJson({ ...DEFAULT_JSON_SETTINGS, encoding: 'utf-16' })).toBe(false);
  });
});
