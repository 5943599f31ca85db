/** The rejected rows of an import as a file that its owner can correct and send again. */
import type { RejectionReason } from "../../../contract/contacts.ts";
import type { Language } from "../../../contract/shapes.ts";
import { rejectedRowTexts } from "../../../rules/rejected-rows.ts";
import { csvLine } from "../../kit/csv.ts";

export interface RejectedLine {
  row: number;
  reason: RejectionReason;
  line: string[];
}

const pageRows = 1_000;
/** The delimiter that a spreadsheet expects, which differs where numbers have decimal commas. */
const usualDelimiter: Record<Language, string> = { en: ",", nb: ";", sv: ";", da: ";" };

/**
 * Row number and reason, then the row as it was, page by page; separated as the file was, or where it was no CSV as the
 * reader's spreadsheet expects. A file without headings gets `#1`, `#2` …, which the import understands when the file comes back.
 */
export async function* rejectedCsv(
  linesAfter: (page: { after: number; limit: number }) => Promise<RejectedLine[]>,
  file: { columns: string[]; delimiter: string | null; language: Language },
): AsyncIterable<string> {
  const { row: rowHeading, reason: reasonHeading, reasons } = rejectedRowTexts[file.language];
  const delimiter = file.delimiter ?? usualDelimiter[file.language];
  // The byte order mark has Excel read it as UTF-8.
  yield `\uFEFF${csvLine([rowHeading, reasonHeading, ...file.columns], delimiter)}`;
  let after = 0;
  for (;;) {
    const rows = await linesAfter({ after, limit: pageRows });
    if (rows.length === 0) return;
    yield rows.map(({ row, reason, line }) => csvLine([String(row), reasons[reason], ...line], delimiter)).join("");
    after = rows.at(-1)?.row ?? after;
  }
}
