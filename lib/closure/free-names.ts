/**
 * Which names a function's text takes from outside, and how it uses them.
 *
 * Scopes follow ECMAScript; where sloppy mode differs, a name too many is reported rather than one too few. Names
 * are in the order of their first use, so that everything made from them is the same in every process.
 */
import type {
  AnyNode,
  ArrowFunctionExpression,
  Class,
  Function as FunctionTree,
  Identifier,
  MemberExpression,
} from 'acorn';
import { childrenOf, NameScope } from './name-scope.ts';
import type { ParsedFunction } from './parse-function.ts';

/** Properties that a text reads, each with the properties of its own that are read: all of them when undefined. */
export interface PropertyUses extends Map<string, PropertyUses | undefined> {}

/** How a text uses one name from outside. */
export interface NameUse {
  /** Used in a way that needs the value itself, and not only some of its properties. */
  whole: boolean;
  /** What is read as `name.property`, `name.property.inner` and so on. */
  readonly properties: PropertyUses;
  assigned: boolean;
  /** Where it stands first in the text. */
  readonly position: number;
  /** Used only while the class is defined, where V8 keeps no scope for it (the key of a computed field). */
  definitionOnly: boolean;
}

/** A piece of text, from `start` up to `end`. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

export interface OuterUses {
  readonly names: Map<string, NameUse>;
  usesThis: boolean;
  usesSuper: boolean;
  usesNewTarget: boolean;
  usesArguments: boolean;
  /** A direct `eval`, or `with`: what it reads cannot be known from the text. */
  hidesNames: 'eval()' | "'with'" | undefined;
  /** Private names of a class around the text. */
  readonly privateNames: string[];
  readonly importMetas: TextRange[];
  readonly dynamicImports: TextRange[];
}

interface RefOptions {
  readonly assigned?: boolean;
  /** The keys in `name.property.inner`, outermost first. */
  readonly path?: readonly string[];
}

/** Finds everything that a parsed function takes from the code around it. */
export function findOuterUses(parsed: ParsedFunction): OuterUses {
  return new Walker(parsed).uses;
}

class Walker {
  readonly uses: OuterUses = {
    names: new Map(),
    usesThis: false,
    usesSuper: false,
    usesNewTarget: false,
    usesArguments: false,
    hidesNames: undefined,
    privateNames: [],
    importMetas: [],
    dynamicImports: [],
  };
  readonly #offset: number;
  readonly #privateNames: Set<string>[] = [];
  /** The scope of the function itself, whose `super` belongs to an object outside. */
  #root: NameScope | undefined;

  constructor(parsed: ParsedFunction) {
    this.#offset = parsed.offset;
    const outside = new NameScope(undefined, 'block');
    if (parsed.node.type === 'ClassExpression') this.#class(parsed.node, outside, true);
    else this.#function(parsed.node, outside, true);
  }

  #function(node: FunctionTree | ArrowFunctionExpression, outer: NameScope, isRoot = false): void {
    const scope = new NameScope(outer, node.type === 'ArrowFunctionExpression' ? 'arrow' : 'function');
    if (isRoot) this.#root = scope;
    if (node.type === 'FunctionExpression' && node.id) scope.declare(node.id.name);
    for (const parameter of node.params) scope.declarePattern(parameter);
    for (const parameter of node.params) this.#pattern(parameter, scope, false);
    if (node.body.type !== 'BlockStatement') {
      this.#visit(node.body, scope);
      return;
    }
    scope.declareVars(node.body.body);
    scope.declareLexical(node.body.body);
    for (const statement of node.body.body) this.#visit(statement, scope);
  }

  #class(node: Class, outer: NameScope, isRoot: boolean): void {
    const scope = new NameScope(outer, 'block');
    if (node.id) scope.declare(node.id.name);
    // The heritage of the class itself is replaced by its real prototype, so its text is not evaluated again.
    if (node.superClass && !isRoot) this.#visit(node.superClass, scope);
    const own = new Set<string>();
    for (const member of node.body.body) {
      if ('key' in member && member.key.type === 'PrivateIdentifier') own.add(member.key.name);
    }
    this.#privateNames.push(own);
    for (const member of node.body.body) {
      if (member.type === 'StaticBlock') {
        const block = new NameScope(scope, 'member');
        block.declareVars(member.body);
        block.declareLexical(member.body);
        for (const statement of member.body) this.#visit(statement, block);
        continue;
      }
      // Computed keys of the class itself: those of methods are found on the prototype, those of fields are not.
      if (member.computed && !(isRoot && member.type === 'MethodDefinition')) {
        const before = new Set(this.uses.names.keys());
        this.#visit(member.key, scope);
        for (const [name, use] of this.uses.names) use.definitionOnly ||= isRoot && !before.has(name);
      }
      if (member.type === 'MethodDefinition') this.#function(member.value, scope);
      else if (member.value) this.#visit(member.value, new NameScope(scope, 'member'));
    }
    this.#privateNames.pop();
  }

  /** A pattern that declares (names known already: only defaults and keys count) or that assigns. */
  #pattern(node: AnyNode | null | undefined, scope: NameScope, assigns: boolean): void {
    switch (node?.type) {
      case 'Identifier':
        if (assigns) this.#reference(node, scope, { assigned: true });
        break;
      case 'MemberExpression':
        this.#visit(node, scope, true);
        break;
      case 'ObjectPattern':
        for (const property of node.properties) {
          if (property.type === 'RestElement') this.#pattern(property.argument, scope, assigns);
          else {
            if (property.computed) this.#visit(property.key, scope);
            this.#pattern(property.value, scope, assigns);
          }
        }
        break;
      case 'ArrayPattern':
        for (const element of node.elements) this.#pattern(element, scope, assigns);
        break;
      case 'AssignmentPattern':
        this.#pattern(node.left, scope, assigns);
        this.#visit(node.right, scope);
        break;
      case 'RestElement':
        this.#pattern(node.argument, scope, assigns);
        break;
      default:
    }
  }

  #reference(node: Identifier, scope: NameScope, { assigned = false, path = [] }: RefOptions = {}): void {
    const { name } = node;
    if (name === 'undefined') return;
    if (name === 'arguments') {
      if (scope.ownerOfThis() === undefined) this.uses.usesArguments = true;
      return;
    }
    if (scope.has(name)) return;
    let use = this.uses.names.get(name);
    if (use === undefined) {
      const position = node.start - this.#offset;
      use = { whole: false, properties: new Map(), assigned: false, position, definitionOnly: false };
      this.uses.names.set(name, use);
    }
    use.definitionOnly = false;
    use.assigned ||= assigned;
    if (path.length === 0) use.whole = true;
    else addPath(use.properties, path);
  }

  #visit(node: AnyNode | null | undefined, scope: NameScope, isWritten = false): void {
    if (!node) return;
    switch (node.type) {
      case 'Identifier':
        this.#reference(node, scope);
        return;
      case 'ThisExpression':
        if (scope.ownerOfThis() === undefined) this.uses.usesThis = true;
        return;
      case 'Super': {
        const owner = scope.ownerOfThis();
        if (owner === undefined || owner === this.#root) this.uses.usesSuper = true;
        return;
      }
      case 'MetaProperty':
        if (node.meta.name === 'import') this.uses.importMetas.push(this.#range(node.start, node.end));
        else if (scope.ownerOfThis() === undefined) this.uses.usesNewTarget = true;
        return;
      case 'ImportExpression':
        this.uses.dynamicImports.push(this.#range(node.start, node.start + 'import'.length));
        break;
      case 'PrivateIdentifier':
        if (!this.#privateNames.some((names) => names.has(node.name))) this.uses.privateNames.push(`#${node.name}`);
        return;
      case 'MemberExpression':
        this.#member(node, scope, isWritten);
        return;
      case 'CallExpression':
        if (node.callee.type === 'Identifier' && node.callee.name === 'eval' && !scope.has('eval')) {
          this.uses.hidesNames = 'eval()';
        }
        break;
      case 'WithStatement':
        this.uses.hidesNames = "'with'";
        break;
      case 'Property':
        if (node.computed) this.#visit(node.key, scope);
        this.#visit(node.value, scope);
        return;
      case 'ArrowFunctionExpression':
      case 'FunctionExpression':
      case 'FunctionDeclaration':
        this.#function(node, scope);
        return;
      case 'ClassDeclaration':
      case 'ClassExpression':
        this.#class(node, scope, false);
        return;
      case 'VariableDeclaration':
        for (const { id, init } of node.declarations) {
          this.#pattern(id, scope, false);
          this.#visit(init, scope);
        }
        return;
      case 'AssignmentExpression':
        this.#pattern(node.left, scope, true);
        this.#visit(node.right, scope);
        return;
      case 'UpdateExpression':
        if (node.argument.type === 'Identifier') this.#reference(node.argument, scope, { assigned: true });
        else this.#visit(node.argument, scope, true);
        return;
      case 'BlockStatement':
        this.#block(node.body, scope, node.body);
        return;
      case 'ForStatement':
        this.#block(node.init ? [node.init] : [], scope, childrenOf(node));
        return;
      case 'ForInStatement':
      case 'ForOfStatement': {
        const inner = new NameScope(scope, 'block');
        if (node.left.type === 'VariableDeclaration') {
          inner.declareLexical([node.left]);
          this.#visit(node.left, inner);
        } else this.#pattern(node.left, inner, true);
        this.#visit(node.right, inner);
        this.#visit(node.body, inner);
        return;
      }
      case 'SwitchStatement': {
        this.#visit(node.discriminant, scope);
        const statements = node.cases.flatMap((each) => each.consequent);
        this.#block(
          statements,
          scope,
          node.cases.flatMap((each) => [...(each.test ? [each.test] : []), ...each.consequent]),
        );
        return;
      }
      case 'CatchClause': {
        const inner = new NameScope(scope, 'block');
        inner.declarePattern(node.param);
        this.#pattern(node.param, inner, false);
        this.#visit(node.body, inner);
        return;
      }
      case 'LabeledStatement':
        this.#visit(node.body, scope);
        return;
      case 'BreakStatement':
      case 'ContinueStatement':
        return;
      default:
    }
    for (const child of childrenOf(node)) this.#visit(child, scope);
  }

  #block(declaring: readonly AnyNode[], outer: NameScope, nodes: readonly AnyNode[]): void {
    const scope = new NameScope(outer, 'block');
    scope.declareLexical(declaring);
    for (const node of nodes) this.#visit(node, scope);
  }

  #member(node: MemberExpression, scope: NameScope, isWritten: boolean): void {
    const { object, property, computed } = node;
    const read = isWritten ? undefined : pathOf(node);
    if (read === undefined) this.#visit(object, scope);
    else this.#reference(read.name, scope, { path: read.path });
    if (computed || property.type === 'PrivateIdentifier') this.#visit(property, scope);
  }

  #range(start: number, end: number): TextRange {
    return { start: start - this.#offset, end: end - this.#offset };
  }
}

function addPath(uses: PropertyUses, path: readonly string[]): void {
  let at = uses;
  for (const key of path.slice(0, -1)) {
    if (!at.has(key)) at.set(key, new Map());
    const inner = at.get(key);
    if (inner === undefined) return;
    at = inner;
  }
  at.set(path.at(-1) as string, undefined);
}

/** Name and keys of `name.property.inner`; undefined where it begins with anything but a name, or a key is computed. */
function pathOf(node: MemberExpression): { readonly name: Identifier; readonly path: readonly string[] } | undefined {
  const path: string[] = [];
  for (let at: AnyNode = node; ; at = at.object) {
    if (isName(at)) return { name: at, path: path.reverse() };
    const key = at.type === 'MemberExpression' ? keyOf(at) : undefined;
    if (at.type !== 'MemberExpression' || key === undefined) return undefined;
    path.push(key);
  }
}

/** The key of `object.key` and `object['key']`. */
function keyOf({ property, computed }: MemberExpression): string | undefined {
  if (!computed) return property.type === 'Identifier' ? property.name : undefined;
  return property.type === 'Literal' && typeof property.value === 'string' ? property.value : undefined;
}

function isName(node: AnyNode): node is Identifier {
  return node.type === 'Identifier' && node.name !== 'arguments';
}
