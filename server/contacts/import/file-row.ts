/** What reading a file gives, whatever its format: its rows, or why it cannot be read. */
import type { ImportFault } from "../../../contract/contacts.ts";
import type { RowFault } from "./csv-splitter.ts";

export interface FileRow {
  /**
   * As a spreadsheet numbers it: from 1, headings and empty rows counted, a cell of several lines as one row. For vCards the
   * card's position.
   */
  row: number;
  /** Without those that rejected.csv put in front. */
  cells: string[];
  fault: RowFault | "card_not_closed" | null;
  /** How many lines of the file it takes up. */
  lines: number;
}

/** What a row is: a person, empty, or the headings and what is above them. */
export type RowKind = "data" | "blank" | "head";

/** A file that cannot be imported as a whole; the message says why, to its owner. */
export class ImportFailure extends Error {
  override name = "ImportFailure";
  readonly code: ImportFault;

  constructor(code: ImportFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
