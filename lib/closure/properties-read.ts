import type { AnyNode, Pattern } from 'acorn';
import { textOf } from './analyze.ts';
import { childrenOf } from './name-scope.ts';
import { parseFunction } from './parse-function.ts';

const MAX_KEPT = 5000;
const kept = new Map<string, ReadonlySet<string> | undefined>();

/** By these a text may come to its arguments on other ways than by their names. */
const HIDDEN_WAYS = /\b(?:arguments|eval|with|caller)\b|\\u/;

/**
 * The properties of its first argument that a function reads, where its text shows that it does nothing else with it:
 * neither passes it on, nor writes to it, nor asks which properties there are. Undefined where that is not certain.
 * A property too many may be among them, never one too few.
 *
 * Results are kept by text.
 */
export function propertiesRead(fn: object): ReadonlySet<string> | undefined {
  const text = textOf(fn);
  if (!kept.has(text)) {
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(text, findSafely(text));
  }
  return kept.get(text);
}

function findSafely(text: string): ReadonlySet<string> | undefined {
  if (HIDDEN_WAYS.test(text)) return undefined;
  try {
    const found = new Set<string>();
    return find(text, found) ? found : undefined;
  } catch (error) {
    // The parser and the walk recurse: texts nested thousands deep end the stack.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Adds the properties; false where the argument is used in another way. */
function find(text: string, found: Set<string>): boolean {
  const parsed = parseFunction(text);
  if (!('node' in parsed)) return false;
  const { node } = parsed;
  // The bodies of these run later, or in pieces.
  if (node.type === 'ClassExpression' || node.async || node.generator) return false;
  const [first, ...others] = node.params;
  const rest = [...others, node.body];
  if (first === undefined) return true;
  if (first.type === 'Identifier') return rest.every((each) => readsAlone(each, first.name, found));
  return first.type === 'ObjectPattern' && addPattern(first, found);
}

/** The keys of `({ a, b: { c } = {} }) => …`. What stands for a value that is missing cannot name the argument. */
function addPattern(pattern: Pattern & { readonly type: 'ObjectPattern' }, found: Set<string>): boolean {
  return pattern.properties.every((property) => {
    if (property.type === 'RestElement' || property.computed) return false;
    const { key } = property;
    const name = key.type === 'Identifier' ? key.name : key.type === 'Literal' ? String(key.value) : undefined;
    if (name === undefined) return false;
    found.add(name);
    return true;
  });
}

/**
 * Whether the name stands in `node` as `name.property` alone, and read. Another variable of that name within counts as
 * the argument: it makes the answer no, or a property too many.
 */
function readsAlone(node: AnyNode, name: string, found: Set<string>): boolean {
  switch (node.type) {
    case 'Identifier':
      return node.name !== name;
    case 'MemberExpression': {
      const { object, property, computed } = node;
      if (object.type !== 'Identifier' || object.name !== name) {
        return readsAlone(object, name, found) && (!computed || readsAlone(property, name, found));
      }
      const isKnown = computed ? property.type === 'Literal' : property.type === 'Identifier';
      if (isKnown)
        found.add(property.type === 'Identifier' ? property.name : String((property as { value: unknown }).value));
      return isKnown;
    }
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition': {
      const isKeyFine = !node.computed || readsAlone(node.key, name, found);
      return isKeyFine && (node.value == null || readsAlone(node.value, name, found));
    }
    case 'AssignmentExpression':
      return !writesTo(node.left, name) && everyChild(node, name, found);
    case 'ForInStatement':
    case 'ForOfStatement':
      return !writesTo(node.left, name) && everyChild(node, name, found);
    case 'UpdateExpression':
      return !writesTo(node.argument, name) && everyChild(node, name, found);
    case 'UnaryExpression':
      return !(node.operator === 'delete' && writesTo(node.argument, name)) && everyChild(node, name, found);
    default:
      return everyChild(node, name, found);
  }
}

function everyChild(node: AnyNode, name: string, found: Set<string>): boolean {
  return childrenOf(node).every((child) => readsAlone(child, name, found));
}

/** Whether a target of an assignment may be `name.property`: also within a pattern, or behind `?.`. */
function writesTo(target: AnyNode, name: string): boolean {
  if (target.type === 'MemberExpression') {
    return target.object.type === 'Identifier' && target.object.name === name;
  }
  return childrenOf(target).some((child) => writesTo(child, name));
}
