/** The rejected rows of an import as a file that its owner can correct and send again. */
import { csvLine } from "../kit/csv.ts";
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
  yield `\uFEFF${csvLine(["row", "reason", "value", ...columns])}`;
  let after = 0;
  for (;;) {
    const rows = await db.inWorkspace(workspaceId, (tx) =>
      selectRejectedLines(tx, workspaceId, importId, { after, limit: pageRows }),
    );
    if (rows.length === 0) return;
    yield rows.map(({ row, reason, value, line }) => csvLine([String(row), reason, value ?? "", ...line])).join("");
    after = rows.at(-1)?.row ?? after;
  }
}
