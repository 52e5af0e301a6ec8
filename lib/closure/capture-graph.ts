/** What the writers of single nodes see of the graph that is being captured. Types only. */
import type { ByteWriter } from '../../formats/bytes/byte-writer.ts';
import type { PathStep } from './capture-path.ts';
import type { PropertyUses } from './free-names.ts';
import type { FunctionScope, InspectedFunction } from './inspect.ts';
import type { ModuleReference } from './package-exports.ts';
import type { Place } from './packet.ts';

/** What an assignment to a captured variable means; see README.md. */
export type MutableCaptures = 'error' | 'strict' | 'copy';

/** Something that is worth telling the user, though the functions can travel. */
export interface CaptureWarning {
  readonly kind: 'large-capture' | 'variable-copied';
  readonly message: string;
}

export interface CaptureOptions {
  /**
   * Which scripts are shipped by reference: imported in the worker instead of copied. Packages (`node_modules`) unless
   * said otherwise, by the script's URL.
   */
  readonly byReference?: (url: string) => boolean;
  /**
   * `error` (the default): a task function must not assign what it captures, functions it calls may, on a copy of
   * their own; `strict`: neither; `copy`: both.
   */
  readonly mutableCaptures?: MutableCaptures;
  /** Warn when what is captured takes more bytes than this: 1 MiB unless said. */
  readonly warnBytes?: number;
  readonly onWarning?: (warning: CaptureWarning) => void;
  /**
   * What stands in a packet for something that stays with the driver, as a text that identifies it; undefined refuses it.
   * For functions that run in the driver and are captured to be identified: such a packet cannot be revived. Everything
   * that stays with the driver is refused unless this is given.
   */
  readonly standIn?: (thing: object) => string | undefined;
}

/** A node that stands for no value of the user's. */
export type VirtualNode =
  | {
      readonly virtual: 'namespace';
      readonly module: object;
      readonly uses: PropertyUses;
      /** It is a property of a module itself. */
      readonly isInner: boolean;
    }
  | { readonly virtual: 'tool'; readonly tool: number; readonly url: string };

/** A variable captured by a function, which may turn out to be shared with functions that assign it. */
export interface VariableUse {
  readonly node: number;
  /** Which of the function's captures it is. */
  readonly capture: number;
  readonly name: string;
  readonly scope: FunctionScope;
  readonly inspected: InspectedFunction;
  readonly step: PathStep;
}

export interface CaptureGraph {
  readonly out: ByteWriter;
  readonly mutableCaptures: MutableCaptures;
  /** How many elements, entries or kilobytes of one object are looked at: all when capturing, some when checking. */
  readonly sampleSize: number;
  /** Classes of plain instances that were looked at already, and not refused. */
  readonly judgedClasses: Set<object>;
  /** Writes a value into the current node; `owner` and `step` say how it was reached. Gives its node, or -1. */
  writeValue(value: unknown, owner: number, step: PathStep): number;
  writeVirtual(node: VirtualNode, owner: number, step: PathStep): number;
  /** The number of a list of keys. */
  shapeOf(keys: readonly string[]): number;
  attach(value: object): number;
  setPlace(node: number, place: Place): void;
  /** `node` can only be created after `other`. */
  needs(node: number, other: number): void;
  /** All that `node` leads to must be complete before it is created: code of the user's runs then. */
  needsAll(node: number): void;
  /** A variable that is assigned by its function, or one that is only read there. */
  useVariable(use: VariableUse, isAssigned: boolean): void;
  inspect(fn: object): InspectedFunction;
  /** The reference for a value of a module that is shipped so; undefined when the module does not export it. */
  findExport(value: object): ModuleReference | undefined;
  /** The export that a function of a module shipped by reference is. */
  exportOf(fn: object, url: string): ModuleReference | undefined;
  isByReference(url: string): boolean;
  /** See `CaptureOptions.standIn`. */
  standInOf(thing: object): string | undefined;
  /** Whether a node is one of the functions given to `capture`. */
  isTask(node: number): boolean;
  /** The variable through which a node was reached. */
  variableOf(node: number): string | undefined;
  classIdentity(fn: object): string;
  warn(warning: CaptureWarning): void;
  markVolatile(node: number): void;
  /** `src/job.ts:14` of a function, after source maps. */
  locate(fn: object): string;
  /** Raises `TASK_NOT_SERIALIZABLE` for a node, or for what `step` leads to from it. */
  refuse(node: number, reason: string, remedy: string, step?: PathStep): never;
}
