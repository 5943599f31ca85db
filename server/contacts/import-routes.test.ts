import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { contacts as endpoints } from "../../contract/contacts.ts";
import { testDatabase } from "../../testing/database.ts";
import { createTestWorkspace, type TestWorkspace } from "../../testing/workspace.ts";
import { csvCell } from "../kit/csv.ts";
import type { Call } from "../kit/http.ts";
import { importHarness, streamOf } from "./import-harness.test-support.ts";
import { importJobs, sweepImports } from "./import-jobs.ts";

const { db } = await testDatabase();
const { receive, result, importCsv, table, routes, services } = importHarness(db);
let workspace: TestWorkspace;
beforeEach(async () => {
  workspace = await createTestWorkspace(db);
});

const call = (params: object, rest: object = {}) =>
  ({ actor: { workspaceId: workspace.id, name: "Kari" }, params, query: {}, ...rest }) as unknown as Call<never>;
const preview = async (content: string | Buffer, mapping?: object) =>
  endpoints.previewImport.answer.parse(
    await routes.previewImport(
      call({}, { stream: streamOf(content), query: { mapping: mapping && JSON.stringify(mapping) } }),
    ),
  );

test("a preview tells how a file is read, and how its first twenty rows would come out", async () => {
  const rows = Array.from({ length: 30 }, (_, index) => `Å${index};9123456${index % 10};nei;x`).join("\n");
  const seen = await preview(Buffer.from(`Fornavn;Mobil;Samtykke;Størrelse\n${rows}\n`, "latin1"));
  expect(seen).toMatchObject({ encoding: "windows-1252", delimiter: ";" });
  expect(seen.columns.map((column) => `${column.name} ${column.field}`)).toEqual([
    "Fornavn first_name",
    "Mobil mobile",
    "Samtykke consent",
    "Størrelse ignore",
  ]);
  expect(seen.columns[0]?.samples).toEqual(["Å0", "Å1", "Å2"]);
  expect(seen.rows).toHaveLength(20);
  expect(seen.rows[1]).toMatchObject({
    row: 2,
    values: ["Å1", "91234561", "nei", "x"],
    contact: { mobile: "+4791234561", first_name: "Å1" },
    reason: null,
  });
});

test("a preview by another mapping; columns without a name are called by their number", async () => {
  const content = "Ola,91234567\nKari,12\n";
  expect((await preview(content)).columns.map((column) => `${column.name} ${column.field}`)).toEqual([
    "#1 ignore",
    "#2 mobile",
  ]);
  const seen = await preview(content, { "#1": "first_name", "#2": "mobile" });
  expect(seen.rows).toMatchObject([
    { contact: { first_name: "Ola" }, reason: null },
    { contact: null, reason: "invalid_mobile" },
  ]);
  await expect(preview(content, { "#3": "email" })).rejects.toMatchObject({ status: 422, field: "mapping" });
  await expect(preview("\0\0")).rejects.toMatchObject({ status: 422, code: "binary_file" });
});

test("the rejected rows come back as they stood, and no spreadsheet runs them", async () => {
  const csv = `navn,mobil\n"=cmd|' /C calc'!A0",12\n"Ola ""O"", Nordmann",+47 12\n@x,-5\nOK,91234567\n`;
  const { id } = await importCsv(workspace, csv);
  let text = "";
  for await (const piece of (await routes.rejectedRows(call({ id }))) as AsyncIterable<string>) text += piece;
  expect(text.split("\r\n")).toEqual([
    "\ufeffrow,reason,value,navn,mobil",
    "1,invalid_mobile,12,'=cmd|' /C calc'!A0,12",
    '2,invalid_mobile,+47 12,"Ola ""O"", Nordmann",+47 12',
    "3,invalid_mobile,-5,'@x,-5",
    "",
  ]);
});

test.each([
  ["+47 912 34 567", "+47 912 34 567"],
  ["-12.5", "-12.5"],
  ["=1+1", "'=1+1"],
  ["+1+1", "'+1+1"],
  ["-2-3", "'-2-3"],
  ["@sum(a)", "'@sum(a)"],
  ["\t=1", "\"'\t'=1\""],
  ["Ola;=1+1", `"Ola;'=1+1"`],
  ["Ola,@x\t+y", `"Ola,'@x\t'+y"`],
  ['a" ,"=1', `"a"" ,'""=1"`],
  ["\uff1d1+1", "'\uff1d1+1"],
  ["\uff0b\uff0d\uff20", "'\uff0b\uff0d\uff20"],
  ["Oslo;-5;+47 912 34 567", '"Oslo;-5;+47 912 34 567"'],
  [" =1", "' =1"],
  ['+47";=1', '"\'+47"";\'=1"'],
  ["Ola", "Ola"],
])("the cell %j is written %j", (value, written) => {
  expect(csvCell(value)).toBe(written);
});

test("imports are listed newest first; another workspace's do not exist", async () => {
  const ids: string[] = [];
  for (let n = 0; n < 3; n++) ids.unshift((await receive(workspace, "mobil\n91234567\n", {})).id);
  const first = await routes.imports(call({}, { query: { limit: 2 } }));
  const rest = await routes.imports(call({}, { query: { limit: 2, cursor: first.next_cursor } }));
  expect([...first.items, ...rest.items].map((item) => item.id)).toEqual(ids);
  expect(rest.next_cursor).toBeNull();
  const other = await createTestWorkspace(db);
  const { id } = await receive(other, "mobil\n91234567\n", {});
  await expect(result(workspace, id)).rejects.toMatchObject({ status: 404 });
  await expect(routes.rejectedRows(call({ id }))).rejects.toMatchObject({ status: 404 });
});

test("after a kill, what was being received has failed, and what was being merged goes on", async () => {
  const { id: merging } = await receive(workspace, "mobil\n91234567\n", {});
  const { id: receiving } = await receive(workspace, "mobil\n91234568\n", {});
  await table(workspace.id, `update imports set status = 'receiving' where id = '${receiving}' returning id`);
  await table(workspace.id, "update imports set heard_at = now() - interval '1 minute' returning id");
  await db.asSystem((tx) => sql`delete from jobs._private_jobs`.execute(tx));
  await sweepImports(services);
  expect(await result(workspace, receiving)).toMatchObject({ status: "failed", error: { code: "interrupted" } });
  expect(await table(workspace.id, `select from pg_tables where tablename = 'import ${receiving}'`)).toEqual([]);
  const { rows } = await db.asSystem((tx) =>
    sql<{ payload: object }>`select payload from jobs._private_jobs where payload ->> 'import_id' is not null`.execute(
      tx,
    ),
  );
  expect(rows).toEqual([{ payload: { workspace_id: workspace.id, import_id: merging } }]);
  const handler = importJobs(services).import;
  await handler?.(rows[0]?.payload as never, new AbortController().signal);
  expect(await result(workspace, merging)).toMatchObject({ status: "done", created: 1 });
});

test("an import that somebody is at work on is left alone, and looked at again soon", async () => {
  const { id } = await receive(workspace, "mobil\n91234567\n", {});
  await table(workspace.id, `update imports set status = 'receiving' where id = '${id}' returning id`);
  await db.asSystem((tx) => sql`delete from jobs._private_jobs`.execute(tx));
  await sweepImports(services);
  expect((await result(workspace, id)).status).toBe("receiving");
  const { rows } = await db.asSystem((tx) => sql<{ key: string }>`select key from jobs._private_jobs`.execute(tx));
  expect(rows).toEqual([{ key: "imports:sweep" }]);
});
