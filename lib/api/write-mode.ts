/**
 * What becomes of a directory that is there: an error (`'error'`), it is replaced once the new content is complete
 * (`'overwrite'`), it is added to (`'append'`), or it stays and nothing is written (`'ignore'`).
 */
export type WriteMode = 'error' | 'overwrite' | 'append' | 'ignore';
