/** Entities as they begin: of the right kind, with what cannot be added later. Properties and entries follow. */
import { CairnError } from '../base/errors.ts';
import { resolveIntrinsic } from './intrinsics.ts';
import type { EntityContent } from './node-record.ts';

/** The context of a packet that making an entity needs. */
export interface EntityContext {
  /** The value behind a reference, complete enough to be used as an argument. */
  readonly valueOf: (value: unknown) => unknown;
  readonly attachments: readonly unknown[];
  readonly stack: string | undefined;
}

/** Makes the object, with the prototype that its kind has from birth. */
export function makeEntity(content: EntityContent, context: EntityContext): object {
  switch (content.base) {
    case 'object':
      return {};
    case 'array': {
      const array: unknown[] = [];
      array.length = content.length;
      return array;
    }
    case 'map':
      return new Map();
    case 'set':
      return new Set();
    case 'error':
      return makeError(content.message, context.stack);
    case 'date':
      return new Date(content.ms);
    case 'regexp': {
      const pattern = new RegExp(content.source, content.flags);
      pattern.lastIndex = content.lastIndex;
      return pattern;
    }
    case 'array-buffer':
      return makeArrayBuffer(content.bytes, content.maxLength);
    case 'bytes':
      return Buffer.from(content.bytes);
    case 'view': {
      const View = resolveIntrinsic(content.constructorName) as new (
        buffer: unknown,
        offset: number,
        length: number,
      ) => object;
      return new View(context.valueOf(content.buffer), content.offset, content.length);
    }
    case 'boxed':
      return Object(context.valueOf(content.value)) as object;
    case 'made': {
      const Maker = resolveIntrinsic(content.path) as new (...args: unknown[]) => object;
      return new Maker(...content.args.map(context.valueOf));
    }
    case 'attachment': {
      const attachment = context.attachments[content.index];
      if (typeof attachment === 'object' && attachment !== null) return attachment;
      throw new CairnError('INTERNAL', { detail: `a packet without its attachment ${content.index}` });
    }
  }
}

function makeError(message: unknown, stack: string | undefined): Error {
  const error = message === undefined ? new Error() : new Error(String(message));
  if (stack !== undefined) Object.defineProperty(error, 'stack', { value: stack, writable: true, configurable: true });
  return error;
}

function makeArrayBuffer(bytes: Uint8Array, maxLength: number | undefined): ArrayBuffer {
  if (maxLength === undefined) return Uint8Array.prototype.slice.call(bytes).buffer as ArrayBuffer;
  const Resizable = ArrayBuffer as unknown as new (length: number, options: { maxByteLength: number }) => ArrayBuffer;
  const buffer = new Resizable(bytes.length, { maxByteLength: maxLength });
  new Uint8Array(buffer).set(bytes);
  return buffer;
}
