import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { footerRoot, messageRoot, schemaOf, typeName } from '../../../formats/arrow/arrow-classes.ts';
import { arrowSchema, schemaMessage } from '../../../formats/arrow/arrow-encoder.ts';
import { FlatBytes } from '../../../formats/arrow/flat-bytes.ts';
import { field } from '../../../formats/schema/data-type.ts';
import { PLACE } from '../../support/arrow-columns.ts';

it('classes of the package read from our bytes', () => {
  const bytes = schemaMessage(arrowSchema({ fields: [field('a', { kind: 'string' })] }));
  const message = messageRoot(new FlatBytes(bytes, PLACE));
  expect(schemaOf(message)?.fields(0)?.name()).toBe('a');
  expect(typeName(schemaOf(message)?.fields(0)?.typeType() ?? 0)).toBe('Utf8');
  expect(typeName(99)).toBeUndefined();
  expect(() => footerRoot(new FlatBytes(new Uint8Array(2), PLACE))).toThrow(/ARROW_CORRUPT/);
});

it('ask of bytes what is there alone', () => {
  const directory = createRequire(import.meta.url)
    .resolve('apache-arrow/fb/message')
    .replace(/message\.\w+$/, '');
  const used = new Set<string>();
  for (const name of [
    'message',
    'footer',
    'schema',
    'field',
    'record-batch',
    'dictionary-batch',
    'dictionary-encoding',
    'block',
    'field-node',
    'buffer',
    'body-compression',
    'key-value',
    'int',
    'floating-point',
    'decimal',
    'date',
    'time',
    'timestamp',
    'duration',
    'interval',
    'fixed-size-binary',
    'fixed-size-list',
  ]) {
    const text = readFileSync(`${directory}${name}.js`, 'utf8');
    // What `getSizePrefixed…` and arrays of numbers ask for is not used.
    for (const [, method] of text.matchAll(/bb\.(\w+)\(/g)) used.add(method as string);
  }
  for (const each of ['setPosition', 'bytes']) used.delete(each);
  const known = Object.getOwnPropertyNames(FlatBytes.prototype);
  expect([...used].filter((method) => !known.includes(method))).toEqual([]);
  expect(used.size).toBeGreaterThan(5);
});
