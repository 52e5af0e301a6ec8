import type { AnyNode, Pattern, Statement } from 'acorn';

/** What makes a scope: a function with its own `this`, an arrow, the initializer of a class member, or a block. */
export type ScopeKind = 'function' | 'arrow' | 'member' | 'block';

/** The names that one scope of a function's text declares. */
export class NameScope {
  readonly parent: NameScope | undefined;
  readonly kind: ScopeKind;
  readonly #names = new Set<string>();

  constructor(parent: NameScope | undefined, kind: ScopeKind) {
    this.parent = parent;
    this.kind = kind;
  }

  declare(name: string): void {
    this.#names.add(name);
  }

  /** Whether a name means something declared in this scope or one around it. */
  has(name: string): boolean {
    for (let scope: NameScope | undefined = this; scope !== undefined; scope = scope.parent) {
      if (scope.#names.has(name)) return true;
    }
    return false;
  }

  /** The nearest scope with a `this` of its own; undefined when `this` is that of the code around the text. */
  ownerOfThis(): NameScope | undefined {
    for (let scope: NameScope | undefined = this; scope !== undefined; scope = scope.parent) {
      if (scope.kind === 'function' || scope.kind === 'member') return scope;
    }
    return undefined;
  }

  declarePattern(pattern: Pattern | null | undefined): void {
    switch (pattern?.type) {
      case 'Identifier':
        this.declare(pattern.name);
        break;
      case 'ObjectPattern':
        for (const property of pattern.properties) {
          this.declarePattern(property.type === 'RestElement' ? property.argument : property.value);
        }
        break;
      case 'ArrayPattern':
        for (const element of pattern.elements) this.declarePattern(element);
        break;
      case 'AssignmentPattern':
        this.declarePattern(pattern.left);
        break;
      case 'RestElement':
        this.declarePattern(pattern.argument);
        break;
      default:
    }
  }

  /** Declares what `let`, `const`, `class` and `function` of these statements declare. */
  declareLexical(statements: readonly AnyNode[]): void {
    for (const statement of statements) {
      if (statement.type === 'VariableDeclaration' && statement.kind !== 'var') {
        for (const { id } of statement.declarations) this.declarePattern(id);
      } else if (statement.type === 'ClassDeclaration' || statement.type === 'FunctionDeclaration') {
        if (statement.id !== null) this.declare(statement.id.name);
      }
    }
  }

  /**
   * Declares every `var` below, functions inside excluded. Functions declared in inner blocks are not hoisted: in
   * strict code they stay in their block, and in sloppy code a name captured in vain does no harm.
   */
  declareVars(body: readonly Statement[]): void {
    const stack: AnyNode[] = [...body];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (isFunctionOrClass(node)) continue;
      if (node.type === 'VariableDeclaration' && node.kind === 'var') {
        for (const { id } of node.declarations) this.declarePattern(id);
      }
      stack.push(...childrenOf(node));
    }
  }
}

function isFunctionOrClass(node: AnyNode): boolean {
  return /^(Arrow)?Function|^Class(Declaration|Expression)$/.test(node.type);
}

/** The nodes directly below a node, in the order of the text. */
export function childrenOf(node: AnyNode): AnyNode[] {
  const children: AnyNode[] = [];
  for (const value of Object.values(node) as unknown[]) {
    if (Array.isArray(value)) {
      for (const item of value as unknown[]) if (isNode(item)) children.push(item);
    } else if (isNode(value)) children.push(value);
  }
  return children;
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
