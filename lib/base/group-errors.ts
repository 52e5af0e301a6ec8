import type { ErrorEntry } from './error-entry.ts';

/** What goes wrong with the values of a key that are too many for memory. */
export const GROUP_ERRORS = {
  SPILLED_GROUP_CLOSED: {
    kind: 'user',
    message:
      'the values of a key were read after the task that had grouped them: there were too many for memory, and their file is gone',
    hint: 'read them in the functions of the job, or keep a copy of what is needed of them',
  },
  SPILLED_GROUP_READ_ONLY: {
    kind: 'user',
    message:
      '{operation} on the values of a key: there are too many for memory, they lie in a file and cannot be changed',
    hint: 'change a copy, as [...values] or values.slice(from, to), or make a new array, as values.map(f) does',
  },
} as const satisfies Record<string, ErrorEntry>;
