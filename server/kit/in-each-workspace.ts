/** Writing in the workspaces that a look at all of them found. */

/** Calls `write` for each workspace with its rows, in the order of the ids, so that two processes wait for each other and don't deadlock. */
export async function inEachWorkspace<Row extends { workspace_id: string }>(
  rows: readonly Row[],
  write: (workspaceId: string, rows: readonly Row[]) => Promise<unknown>,
): Promise<void> {
  const byWorkspace = Map.groupBy(rows, (row) => row.workspace_id);
  const ordered = [...byWorkspace].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [workspaceId, own] of ordered) await write(workspaceId, own);
}
