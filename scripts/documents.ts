/** The reference pages that are made from tables, so that they cannot say anything else than the code. */
import { ERROR_TABLE, type ErrorCode, type ErrorKind } from '../lib/base/error-table.ts';
import { describeType } from '../lib/config/option-type.ts';
import { environmentVariable, OPTIONS, type OptionName, optionEntry } from '../lib/config/options.ts';

export interface GeneratedDocument {
  /** From the project's root. */
  readonly path: string;
  readonly render: () => string;
}

export const DOCUMENTS: readonly GeneratedDocument[] = [
  { path: 'docs/errors.md', render: renderErrors },
  { path: 'docs/options.md', render: renderOptions },
];

const KINDS: Readonly<Record<ErrorKind, string>> = {
  user: 'something in the job, its options or its files has to change; it is not tried again',
  transient: 'it may pass: the task is tried again, up to `task.maxFailures` times',
  corruption: 'bytes are not what was written: the data is computed again where that is possible',
  resource: 'memory, disk or another limit ran out',
  cancelled: 'someone stopped it',
  internal: 'a bug in Cairn',
};

function renderErrors(): string {
  const lines = [
    '# Errors',
    '',
    'Made from `lib/base/error-table.ts` by `scripts/generate-docs.ts`; do not edit.',
    '',
    'Every error Cairn raises is a `CairnError`: `code` names it, `kind` says what it means to whoever handles it,',
    '`params` holds the values in its message, `hint` the next step, `cause` what lies behind it.',
    '',
    '| kind | meaning |',
    '|---|---|',
    ...Object.entries(KINDS).map(([kind, meaning]) => `| \`${kind}\` | ${meaning} |`),
  ];
  for (const code of (Object.keys(ERROR_TABLE) as ErrorCode[]).sort()) {
    const { kind, message, hint } = ERROR_TABLE[code];
    lines.push('', `## ${code}`, '', `> ${inline(message)}`, '', `Kind: \`${kind}\`. Next step: ${inline(hint)}.`);
  }
  return `${lines.join('\n')}\n`;
}

/** Placeholders as code, and nothing else that Markdown would take for its own. */
function inline(text: string): string {
  return text.replaceAll(/[*<>[\]]/g, '\\$&').replaceAll(/\{\w+\}/g, '`$&`');
}

function renderOptions(): string {
  const lines = [
    '# Options',
    '',
    'Made from `lib/config/options.ts` by `scripts/generate-docs.ts`; do not edit.',
    '',
    'Options are given to `Session.open`, dots as nested objects:',
    '',
    '```ts',
    "const session = await Session.open({ master: 'local[4]', memory: '2 GiB', shuffle: { codec: 'zstd' } });",
    '```',
    '',
    'An option given in code wins over its environment variable, which wins over the default. A name that is not in',
    'this table is an `UNKNOWN_OPTION` error, a value that cannot be used an `INVALID_OPTION` error. Sizes are in binary',
    'units: `64 KiB`, `64kb` and `64k` are 65536 bytes.',
  ];
  for (const name of Object.keys(OPTIONS) as OptionName[]) {
    const { doc, type } = optionEntry(name);
    const variable = environmentVariable(name);
    lines.push(
      '',
      `## ${name}`,
      '',
      doc,
      '',
      `- value: ${describeType(type)}`,
      `- default: ${defaultText(name)}`,
      `- environment: ${variable === undefined ? 'none' : `\`${variable}\``}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function defaultText(name: OptionName): string {
  const standard = optionEntry(name).default;
  if (typeof standard !== 'object') return `\`${standard}\``;
  return 'text' in standard ? standard.text : 'none';
}
