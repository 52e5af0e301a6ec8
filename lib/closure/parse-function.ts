import type * as acorn from 'acorn';
import { loadWhenUsed } from '../base/load-when-used.ts';

const parser = loadWhenUsed<typeof acorn>('acorn');

/** How the text of a function is turned back into a function: as an expression, or as a member of an object literal. */
export type FunctionForm = 'expression' | 'method' | 'getter' | 'setter' | 'class';

export type FunctionNode = acorn.FunctionExpression | acorn.ArrowFunctionExpression | acorn.ClassExpression;

/** A function's text as a tree. Positions in the tree are `offset` larger than those in the text. */
export interface ParsedFunction {
  readonly form: FunctionForm;
  readonly node: FunctionNode;
  readonly offset: number;
  /** Where the key of a method stands in the text, brackets included when it is computed. */
  readonly key: { readonly start: number; readonly end: number; readonly computed: boolean } | undefined;
}

/** Why a text is no function on its own. */
export type UnparsedFunction =
  | { readonly form: 'native'; readonly reason: string }
  | { readonly form: 'unparsable'; readonly reason: string };

/** V8's text for what has no source; short, so that a long function which contains the words is parsed. */
const NATIVE = /\{\s*\[native code\]\s*\}\s*$/;
const NATIVE_MAX_LENGTH = 400;

const OPTIONS = {
  ecmaVersion: 'latest',
  allowReturnOutsideFunction: true,
  allowSuperOutsideMethod: true,
  checkPrivateFields: false,
} as const satisfies acorn.Options;

/** Parses what `Function.prototype.toString` gives: functions, arrows, classes, methods and accessors. */
export function parseFunction(text: string): ParsedFunction | UnparsedFunction {
  if (text.length < NATIVE_MAX_LENGTH && NATIVE.test(text)) return { form: 'native', reason: 'native code' };
  const plain = tryParse(`(${text})`);
  if (!(plain instanceof Error)) {
    const node = expressionOf(plain);
    if (node !== undefined && isFunctionNode(node)) {
      return { form: node.type === 'ClassExpression' ? 'class' : 'expression', node, offset: 1, key: undefined };
    }
  }
  const wrapped = tryParse(`({${text}})`);
  const literal = wrapped instanceof Error ? undefined : expressionOf(wrapped);
  const member = literal?.type === 'ObjectExpression' ? literal.properties[0] : undefined;
  if (member?.type !== 'Property' || member.value.type !== 'FunctionExpression') {
    const problem = plain instanceof Error ? plain.message : 'not a function';
    const reason = /new\.target/.test(problem)
      ? "it uses the enclosing function's new.target"
      : `its source text cannot be parsed on its own (${problem})`;
    return { form: 'unparsable', reason };
  }
  const offset = 2;
  const end = member.key.end - offset;
  return {
    form: member.kind === 'get' ? 'getter' : member.kind === 'set' ? 'setter' : 'method',
    node: member.value,
    offset,
    key: member.computed
      ? { start: text.indexOf('['), end: text.indexOf(']', end) + 1, computed: true }
      : { start: member.key.start - offset, end, computed: false },
  };
}

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

/** As a module first, since most text is strict; sloppy text (`with`, octal numbers) as a script. */
function tryParse(code: string): acorn.Program | Error {
  try {
    return parser().parse(code, { ...OPTIONS, sourceType: 'module' });
  } catch (moduleError) {
    try {
      return parser().parse(code, { ...OPTIONS, sourceType: 'script' });
    } catch {
      return moduleError as Error;
    }
  }
}

function expressionOf(program: acorn.Program): acorn.Expression | undefined {
  const statement = program.body[0];
  return program.body.length === 1 && statement?.type === 'ExpressionStatement' ? statement.expression : undefined;
}

function isFunctionNode(node: acorn.Expression): node is FunctionNode {
  return (
    node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression' || node.type === 'ClassExpression'
  );
}
