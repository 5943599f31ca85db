/** The rejected rows of an import as a file that its owner can correct and send again. */
import type { Db } from "../kit/db.ts";
import { selectRejectedLines } from "./import-store.ts";

const pageRows = 1_000;

/** Row number and reason, then the row as it stood, page by page. */
export async function* rejectedCsv(
  db: Db,
  workspaceId: string,
  importId: string,
  columns: string[],
): AsyncIterable<string> {
  // The byte order mark has Excel read it as UTF-8.
  yield `\uFEFF${["row", "reason", "value", ...columns].map(csvCell).join(",")}\r\n`;
  let after = 0;
  for (;;) {
    const rows = await db.inWorkspace(workspaceId, (tx) =>
      selectRejectedLines(tx, workspaceId, importId, { after, limit: pageRows }),
    );
    if (rows.length === 0) return;
    yield rows
      .map(
        ({ row, reason, value, line }) => `${[String(row), reason, value ?? "", ...line].map(csvCell).join(",")}\r\n`,
      )
      .join("");
    after = rows.at(-1)?.row ?? after;
  }
}

/**
 * A cell that no spreadsheet takes for a formula: one that begins like one gets an apostrophe in front. A phone number
 * (+47 912 34 567) or a plain negative number begins so too and can do no harm: it stays as it is.
 */
export function csvCell(value: string): string {
  const safe = /^[=+\-@\t\r|%]/.test(value.trimStart() || value) && !harmless.test(value) ? `'${value}` : value;
  return /[",;\r\n\t]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const harmless = /^[+-]?\d[\d \u00a0().]*$/;
