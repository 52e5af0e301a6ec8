import { describe, expect, it } from 'vitest';
import { findScript, findScriptByUrl, recordScript } from '../../../lib/closure/script-table.ts';

describe('the table of scripts', () => {
  it('finds a script by its id, and the latest one of a URL', () => {
    const script = { url: 'file:///spec/a.js', isModule: true, sourceMapUrl: '' };
    recordScript('spec-1', script);
    recordScript('spec-2', { ...script, sourceMapUrl: 'a.js.map' });
    expect(findScript('spec-1')).toEqual(script);
    expect(findScriptByUrl(script.url)?.sourceMapUrl).toBe('a.js.map');
    expect(findScript('spec-3')).toBeUndefined();
  });

  it('does not take scripts without a URL for one', () => {
    recordScript('spec-4', { url: '', isModule: false, sourceMapUrl: '' });
    expect(findScriptByUrl('')).toBeUndefined();
  });
});
