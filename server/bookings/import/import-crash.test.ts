/** Imports of bookings that are killed, given up, or another workspace's; and previews, which leave nothing. */
import { Readable } from "node:stream";
import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { createTestWorkspace, type TestWorkspace } from "../../../testing/workspace.ts";
import { bookingImportHarness } from "./import-harness.test-support.ts";
import { importJobs, sweepImports } from "./import-jobs.ts";

const { db } = await testDatabase();
const { services, importFile, preview, place, table, receive, run, result } = bookingImportHarness(db);
let workspace: TestWorkspace;
beforeEach(async () => {
  workspace = await createTestWorkspace(db);
  await place(workspace, "service", "Klipp", { duration_minutes: 45 });
});

const count = async (what: string) => (await table(workspace, `select count(*) as n from ${what}`))[0]?.n;

/** Half of the rows have an id; every tenth is of a service that there is none of. */
const manyRows = (n: number) =>
  Array.from({ length: n }, (_, i) => {
    const start = new Date(Date.UTC(2027, 0, 1) + i * 900_000).toISOString().slice(0, 16).replace("T", " ");
    return `${i % 2 ? `B${i}` : ""};Kunde ${i % 900};${91000000 + (i % 900)};${i % 10 ? "Klipp" : "Farge"};${start}`;
  });
const fileOf = (rows: readonly string[]) => `bookingnr;navn;mobil;tjeneste;start\n${rows.join("\n")}\n`;

test("10,000 rows that are stopped half-way are gone on with: no booking is made twice, none is missing", async () => {
  const id = await receive(workspace, fileOf(manyRows(10_000)), { notify: "false" });
  const stop = new AbortController();
  let updates = 0;
  const half = run(workspace, id, { signal: stop.signal, onUpdate: () => ++updates > 60 && stop.abort() });
  await expect(half).rejects.toThrow("aborted");
  const halfway = await result(workspace, id);
  expect(halfway.status).toBe("running");
  expect(halfway.created).toBeGreaterThan(0);
  expect(halfway.created).toBe(await count("bookings"));
  expect(halfway.created + halfway.rejected_count + Number(await count("booking_import_rows"))).toBe(10_000);

  await run(workspace, id);
  const done = await result(workspace, id);
  // Four more are rejected: they start within the hour that the clocks skip on 28 March.
  expect(done).toMatchObject({ status: "done", rows: 10_000, created: 8_996, rejected_count: 1_004, unchanged: 0 });
  expect(done.rejected).toHaveLength(1_000);
  expect(done.rejected[0]).toMatchObject({ row: 2, reason: "unknown_service", field: "service", value: "Farge" });
  expect(await count("bookings")).toBe(8_996);
  expect(await count("contacts")).toBe(810);
  expect(await count("booking_import_rows")).toBe(0);
});

test("of many rejected rows the first thousand are shown", async () => {
  const done = await importFile(workspace, fileOf(manyRows(1_200).map((row) => row.replace("Klipp", "Farge"))));
  expect(done).toMatchObject({ created: 0, rejected_count: 1_200 });
  expect(done.rejected).toHaveLength(1_000);
  expect(done.rejected.map(({ row }) => row)).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 2));
});

test("an import whose process was killed is resumed by the sweep; one whose file was coming is given up", async () => {
  const running = await receive(workspace, fileOf(manyRows(10)));
  const receiving = await receive(workspace, fileOf(manyRows(10)));
  await table(workspace, `update booking_imports set status = 'receiving' where id = '${receiving}' returning id`);
  await table(workspace, "update booking_imports set heard_at = now() - interval '1 hour' returning id");
  await db.asSystem((tx) => sql`delete from jobs._private_jobs`.execute(tx));
  await sweepImports(services);
  expect(await result(workspace, receiving)).toMatchObject({ status: "failed", error: { code: "interrupted" } });
  expect(await count(`booking_import_rows where import_id = '${receiving}'`)).toBe(0);
  const { rows } = await db.asSystem((tx) =>
    sql<{
      payload: object;
    }>`select payload from jobs._private_jobs where key = ${`bookings.import ${running}`}`.execute(tx),
  );
  expect(rows).toEqual([{ payload: { workspace_id: workspace.id, import_id: running } }]);
  await importJobs(services)["bookings.import"]?.(rows[0]?.payload as never, new AbortController().signal);
  expect(await result(workspace, running)).toMatchObject({ status: "done", created: 9, rejected_count: 1 });
});

test("a row that the database refuses is rejected, and keeps no other from being imported", async () => {
  await db.asSystem((tx) =>
    sql`create function refuse() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$`.execute(
      tx,
    ),
  );
  await db.asSystem((tx) =>
    sql`create trigger refuse before insert on bookings for each row when (new.notes = 'x') execute function refuse()`.execute(
      tx,
    ),
  );
  try {
    const rows = Array.from(
      { length: 20 },
      (_, i) => `K${i},Klipp,2027-01-01 ${String(i).padStart(2, "0")}:00,${i === 7 ? "x" : ""}`,
    );
    const done = await importFile(workspace, `navn,tjeneste,start,notat\n${rows.join("\n")}\n`);
    expect(done).toMatchObject({ status: "done", created: 19, rejected: [{ row: 9, reason: "server_fault" }] });
  } finally {
    await db.asSystem((tx) => sql`drop trigger refuse on bookings`.execute(tx));
  }
});

test("another workspace's import is none, and its people and services are not found", async () => {
  const other = await createTestWorkspace(db);
  const done = await importFile(workspace, fileOf(manyRows(5)));
  await expect(result(other, done.id)).rejects.toMatchObject({ status: 404 });
  const there = await importFile(other, fileOf(manyRows(5)));
  expect(there).toMatchObject({ created: 0, rejected_count: 5 });
  expect(await table(other, "select id from bookings")).toEqual([]);
});

test("a file that cannot be read leaves an import that failed; one without a start is refused and leaves none", async () => {
  expect(await importFile(workspace, "")).toMatchObject({ status: "failed", error: { code: "empty_file" } });
  const cut = Readable.from(
    (async function* () {
      yield Buffer.from(fileOf(manyRows(3)));
      throw new Error("gone");
    })(),
  );
  expect(await importFile(workspace, cut)).toMatchObject({ status: "failed", error: { code: "cut_off" } });
  const cards = "BEGIN:VCARD\nVERSION:3.0\nFN:Ola\nTEL:91234567\nEND:VCARD\n";
  expect(await importFile(workspace, cards)).toMatchObject({ status: "failed", error: { code: "binary_file" } });
  const before = await count("booking_imports");
  await expect(receive(workspace, "navn,mobil\nOla,91234567\n")).rejects.toMatchObject({ code: "no_start_column" });
  const mapping = JSON.stringify({ navn: "middle_name" });
  await expect(receive(workspace, fileOf([]), { mapping })).rejects.toMatchObject({ code: "unknown_import_field" });
  expect(await count("booking_imports")).toBe(before);
  expect(await count("booking_import_rows")).toBe(0);
});

test("a preview shows columns and rows as they would be imported, and writes nothing", async () => {
  const file = fileOf([...manyRows(4).slice(1), ";Åse;12;Klipp;04.12.2026 14:00", "Z;Liv;;Klipp;4/12"]);
  const shown = await preview(workspace, file);
  expect(shown.columns.map(({ name, field }) => `${name} ${field}`)).toEqual([
    "bookingnr external_id",
    "navn full_name",
    "mobil mobile",
    "tjeneste service",
    "start start",
  ]);
  expect(shown.columns[3]?.samples).toEqual(["Klipp", "Klipp", "Klipp"]);
  expect(shown.rows).toMatchObject([
    {
      row: 2,
      customer: "Kunde 1",
      start: "2026-12-31T23:15:00.000Z",
      end: "2027-01-01T00:00:00.000Z",
      service: "Klipp",
      reason: null,
    },
    { row: 3, reason: null },
    { row: 4, reason: null },
    { row: 5, customer: "Åse", reason: "invalid_number", field: "mobile", value: "12" },
    { row: 6, customer: "Liv", start: "4/12", reason: "invalid_date", field: "start", value: "4/12" },
  ]);
  for (const what of ["bookings", "contacts", "booking_imports", "booking_import_rows", "booking_happenings"])
    expect(await count(what)).toBe(0);
  const unknown = await preview(workspace, "navn,tjeneste,start\nA,Farge,2027-01-01 10:00\n");
  expect(unknown.rows).toMatchObject([{ reason: "unknown_service", field: "service", value: "Farge" }]);
  const made = await preview(workspace, "navn,tjeneste,start,slutt\nA,Farge,2027-01-01 10:00,11:00\n", {
    create_missing: "true",
  });
  expect(made.rows).toMatchObject([{ reason: null, service: "Farge" }]);
  expect(await count("services")).toBe(1);
});
