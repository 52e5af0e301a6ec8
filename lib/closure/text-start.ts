import type { AnalyzedFunction } from './analyze.ts';
import type { FunctionLocation } from './inspect.ts';
import type { SourcePosition } from './source-position.ts';

/** Where the text of a function begins. The column is 0 where that is on another line than V8's location. */
export function textStart(location: FunctionLocation, { text, anchor }: AnalyzedFunction): FunctionLocation {
  if (anchor === 0 || location.isTextStart === true) return location;
  const linesBefore = text.slice(0, anchor).split('\n').length - 1;
  const column = linesBefore > 0 ? 0 : Math.max(0, location.column - anchor);
  return { ...location, line: Math.max(0, location.line - linesBefore), column };
}

/** Where an offset of a function's text is. */
export function placeInText(location: FunctionLocation, analysis: AnalyzedFunction, offset: number): SourcePosition {
  const { url, line, column } = textStart(location, analysis);
  const lines = analysis.text.slice(0, offset).split('\n');
  const last = lines.at(-1)?.length ?? 0;
  return { url, line: line + lines.length - 1, column: lines.length > 1 ? last : column + last };
}
