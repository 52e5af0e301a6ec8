import type { ClassExpression, MethodDefinition } from 'acorn';
import type { TextRange } from './free-names.ts';
import type { ParsedFunction } from './parse-function.ts';

/** A method or accessor of a class whose key is computed, so that its text alone does not tell it. */
export interface ComputedMember {
  readonly isStatic: boolean;
  /** What `toString` of the member's function gives. */
  readonly text: string;
  /** The key with its brackets. */
  readonly key: TextRange;
}

/** What re-creating a class, and judging its instances, needs to know of its text. */
export interface ClassShape {
  readonly heritage: TextRange | undefined;
  /** Names of static members, which the text makes again. */
  readonly staticNames: ReadonlySet<string>;
  /** Private members of instances (`#db`), which nobody outside can read, or give to an object. */
  readonly privateFields: readonly string[];
  readonly computedMembers: readonly ComputedMember[];
  /** Static blocks by which TypeScript applies decorators: they have run, and what they changed travels. */
  readonly decoratorBlocks: readonly TextRange[];
  /** Whether evaluating the text, less its decorators' blocks, runs code of its own: static blocks and initializers. */
  readonly runsCode: boolean;
}

export function describeClass(text: string, parsed: ParsedFunction & { readonly node: ClassExpression }): ClassShape {
  const { node, offset } = parsed;
  const staticNames = new Set<string>();
  const privateFields: string[] = [];
  const computedMembers: ComputedMember[] = [];
  const decoratorBlocks: TextRange[] = [];
  let runsCode = false;
  for (const member of node.body.body) {
    if (member.type === 'StaticBlock') {
      const range = { start: member.start - offset, end: member.end - offset };
      if (appliesDecorators(text.slice(range.start, range.end))) decoratorBlocks.push(range);
      else runsCode = true;
      continue;
    }
    const { key } = member;
    if (member.static) {
      if (!member.computed) staticNames.add(String('name' in key ? key.name : 'value' in key ? key.value : ''));
      runsCode ||= member.type === 'PropertyDefinition' && member.value !== null;
    } else if (key.type === 'PrivateIdentifier') privateFields.push(`#${key.name}`);
    if (member.type === 'MethodDefinition' && member.computed && key.type !== 'Literal') {
      computedMembers.push(computedMember(text, member, offset));
    }
  }
  const { superClass } = node;
  return {
    heritage: superClass ? { start: superClass.start - offset, end: superClass.end - offset } : undefined,
    staticNames,
    privateFields,
    computedMembers,
    decoratorBlocks,
    runsCode,
  };
}

/** Told by names that only TypeScript's output has. */
function appliesDecorators(block: string): boolean {
  return block.includes('__esDecorate') || /^static\s*\{\s*_classThis\s*=\s*this;?\s*\}$/.test(block);
}

function computedMember(text: string, member: MethodDefinition, offset: number): ComputedMember {
  const start = text.lastIndexOf('[', member.key.start - offset);
  const end = text.indexOf(']', member.key.end - offset) + 1;
  const own = text.slice(member.start - offset, member.end - offset);
  return {
    isStatic: member.static,
    text: member.static ? own.replace(/^static\s*/, '') : own,
    key: { start, end },
  };
}
