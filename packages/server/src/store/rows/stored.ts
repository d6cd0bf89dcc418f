/**
 * How the two databases answer the same thing. The row readers beside this file turn rows of either into
 * the store's data, so that a column is read in one place.
 */

/** SQLite has no booleans: 0 and 1. */
export type StoredFlag = boolean | number;

/** Undoes what a database needs to hold any text (`postgres/text.ts`); SQLite holds it as it is. */
export type ReadText = (stored: string) => string;

export const asStored: ReadText = (text) => text;

/** Stands for the operator where a tenant's id would. */
export const operator = "";
