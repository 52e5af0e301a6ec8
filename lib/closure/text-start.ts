import type { AnalyzedFunction } from './analyze.ts';
import type { FunctionLocation } from './inspect.ts';
import type { ParsedFunction } from './parse-function.ts';
import type { SourcePosition } from './source-position.ts';

/**
 * The offset in a function's text that V8 calls its location: the parenthesis before the parameters, of a class the one
 * of its constructor; the start of arrows, and of classes without a constructor.
 */
export function findAnchor(text: string, { form, node, offset }: ParsedFunction): number {
  switch (node.type) {
    case 'ArrowFunctionExpression':
      return 0;
    case 'ClassExpression': {
      const maker = node.body.body.find((each) => each.type === 'MethodDefinition' && each.kind === 'constructor');
      return maker?.type === 'MethodDefinition' ? maker.value.start - offset : 0;
    }
    case 'FunctionExpression':
      if (form !== 'expression') return node.start - offset;
      return Math.max(0, text.indexOf('(', node.id ? node.id.end - offset : 0));
  }
}

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
