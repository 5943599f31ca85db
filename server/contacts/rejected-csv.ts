/** The rejected rows of an import as a file that its owner can correct and send again. */
import type { Language } from "../../contract/shapes.ts";
import { rejectedRowTexts } from "../../rules/rejected-rows.ts";
import { csvLine } from "../kit/csv.ts";
import type { Db } from "../kit/db.ts";
import { selectRejectedLines } from "./import-store.ts";

const pageRows = 1_000;
/** What a spreadsheet separates cells by where it reads commas in numbers. */
const usualDelimiter: Record<Language, string> = { en: ",", nb: ";", sv: ";", da: ";" };

/**
 * Row number and reason, then the row as it stood, page by page; separated as the file was, or where it was no CSV as the
 * reader's spreadsheet has it. A file without headings gets `#1`, `#2` …, which are understood when it comes back.
 */
export async function* rejectedCsv(
  db: Db,
  workspaceId: string,
  importId: string,
  file: { columns: string[]; delimiter: string | null; language: Language },
): AsyncIterable<string> {
  const { row: rowHeading, reason: reasonHeading, reasons } = rejectedRowTexts[file.language];
  const delimiter = file.delimiter ?? usualDelimiter[file.language];
  // The byte order mark has Excel read it as UTF-8.
  yield `\uFEFF${csvLine([rowHeading, reasonHeading, ...file.columns], delimiter)}`;
  let after = 0;
  for (;;) {
    const rows = await db.inWorkspace(workspaceId, (tx) =>
      selectRejectedLines(tx, workspaceId, importId, { after, limit: pageRows }),
    );
    if (rows.length === 0) return;
    yield rows.map(({ row, reason, line }) => csvLine([String(row), reasons[reason], ...line], delimiter)).join("");
    after = rows.at(-1)?.row ?? after;
  }
}
