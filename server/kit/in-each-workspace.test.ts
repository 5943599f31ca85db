import { expect, test } from "vitest";
import { inEachWorkspace } from "./in-each-workspace.ts";

test("each workspace is written once, with its rows, one after the other in the order of the ids", async () => {
  const rows = ["b1", "a1", "b2", "c1", "a2"].map((name) => ({ workspace_id: name.slice(0, 1), name }));
  const seen: string[] = [];
  await inEachWorkspace(rows, async (workspaceId, own) => {
    seen.push(`begins ${workspaceId}`);
    await Promise.resolve();
    seen.push(own.map(({ name }) => name).join());
  });
  expect(seen).toEqual(["begins a", "a1,a2", "begins b", "b1,b2", "begins c", "c1"]);
});
