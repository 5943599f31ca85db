import fc from "fast-check";
import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { contacts as endpoints, type HeldKind, type Import } from "../../../contract/contacts.ts";
import { testDatabase } from "../../../testing/database.ts";
import { until } from "../../../testing/until.ts";
import { createTestWorkspace, type TestWorkspace } from "../../../testing/workspace.ts";
import type { Call } from "../../kit/http.ts";
import { checkImport } from "./check-import.ts";
import { importHarness } from "./import-harness.test-support.ts";
import { importJobs, sweepImports } from "./import-jobs.ts";
import type { ImportRequest } from "./import-options.ts";

const { db } = await testDatabase();
const { receive, run, result, importCsv, holdCsv, table, routes, services } = importHarness(db);
let workspace: TestWorkspace;
beforeEach(async () => {
  workspace = await createTestWorkspace(db);
});

const call = (id: string, query: object = {}) =>
  ({ actor: { workspaceId: workspace.id, name: "Kari" }, params: { id }, query }) as unknown as Call<never>;
const start = (id: string) => routes.startHeldImport(call(id));
const giveUp = (id: string) => routes.giveUpImport(call(id));

/** All rows of a kind, by pages of two. */
async function rows(id: string, kind: HeldKind) {
  const found = [];
  let cursor: string | null | undefined;
  do {
    const page = endpoints.heldRows.answer.parse(await routes.heldRows(call(id, { kind, limit: 2, cursor })));
    found.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return found;
}
const numbers = async (id: string, kind: HeldKind) => (await rows(id, kind)).map(({ row }) => row);

/** Compares the totals before the import with what it then does. */
async function expectTotalsToHold(held: Import, options: { chunkRows?: number } = {}): Promise<Import> {
  const { totals } = held;
  expect(held.status).toBe("held");
  if (!totals) throw new Error("held without totals");
  for (const [kind, total] of [
    ["new", totals.new],
    ["known", totals.known],
    ["twice", totals.twice],
    ["landline", totals.landline],
    ["rejected", totals.rejected],
    ["warning", totals.warnings],
  ] as const)
    expect([kind, (await rows(held.id, kind)).length]).toEqual([kind, total]);
  const before = await table(workspace.id, "select count(*) as n from consent_events");
  const [rejected, warned] = [await rows(held.id, "rejected"), await rows(held.id, "warning")];
  await start(held.id);
  await run(workspace, held.id, options);
  const done = await result(workspace, held.id);
  expect(done).toMatchObject({
    status: "done",
    created: totals.new,
    rejected_count: totals.rejected,
    warning_count: totals.warnings,
    rows: totals.new + totals.known + totals.twice + totals.rejected,
  });
  expect(done.created + done.updated + done.unchanged).toBe(totals.new + totals.known + totals.twice);
  const after = await table(workspace.id, "select count(*) as n from consent_events");
  expect(Number(after[0]?.n) - Number(before[0]?.n)).toBe(totals.consents);
  expect(done.totals).toEqual(totals);
  const asListed = (listed: { row: number; reason: unknown; value: string | null }[]) =>
    listed.map(({ row, reason, value }) => [row, reason, value]);
  expect(asListed(done.rejected)).toEqual(asListed(rejected));
  expect(asListed(done.warnings)).toEqual(asListed(warned));
  return done;
}

const consent: ImportRequest = { list: "Kunder", subscription_type: "marketing", consent_source: "Kundeskjema" };

test("a held file is counted, its rows are shown, and nothing is imported before it is started", async () => {
  await importCsv(workspace, "Navn;Mobil\nOla Gammel;91234501\nKari Gammel;91234502\n");
  const csv =
    "Navn;Mobil;E-post\nOla Gammel;91234501;\nKari Ny;91234502;\nPer Ny;91234503;per@\nLiv Ny;912 34 503;liv@example.no\n" +
    "Fast Telefon;22225555;\nFeil Mobil;12;feil@example.no\n;;\nNavn Uten;;\n";
  const held = await holdCsv(workspace, csv, consent);
  expect(held).toMatchObject({
    status: "held",
    rows: 7,
    created: 0,
    totals: { new: 2, known: 2, twice: 1, landline: 1, rejected: 2, warnings: 1, consents: 4 },
  });
  expect(await table(workspace.id, "select from contacts")).toHaveLength(2);
  expect(await table(workspace.id, "select from lists")).toEqual([]);
  expect(await rows(held.id, "known")).toEqual([
    { row: 2, name: "Ola Gammel", number: "+4791234501", email: null, reason: null, value: null },
    { row: 3, name: "Kari Ny", number: "+4791234502", email: null, reason: null, value: null },
  ]);
  // Rows that are one person are shown as the person that they make.
  expect(await rows(held.id, "new")).toEqual([
    { row: 4, name: "Liv Ny", number: "+4791234503", email: "liv@example.no", reason: null, value: null },
    { row: 6, name: "Fast Telefon", number: "+4722225555", email: null, reason: null, value: null },
  ]);
  expect(await rows(held.id, "twice")).toMatchObject([{ row: 5, name: "Liv Ny", number: "+4791234503" }]);
  expect(await numbers(held.id, "landline")).toEqual([6]);
  expect(await rows(held.id, "rejected")).toEqual([
    { row: 7, name: "Feil Mobil", number: "12", email: "feil@example.no", reason: "invalid_mobile", value: "12" },
    { row: 9, name: "Navn Uten", number: null, email: null, reason: "no_number_or_email", value: null },
  ]);
  expect(await rows(held.id, "warning")).toMatchObject([{ row: 4, reason: "invalid_email", value: "per@" }]);
  await expectTotalsToHold(held);
  expect(await table(workspace.id, "select name, members from lists")).toEqual([{ name: "Kunder", members: 4 }]);
  const again = await holdCsv(workspace, csv, consent);
  expect(again.totals).toEqual({ new: 0, known: 4, twice: 1, landline: 1, rejected: 2, warnings: 1, consents: 0 });
  await expectTotalsToHold(again);
});

test("effects of rows of one file on each other are counted", async () => {
  await importCsv(
    workspace,
    "mobile,email,first_name\n91234501,ola@example.no,Ola\n,kari@example.no,Kari\n91234503,delt@example.no,Per\n91234504,delt@example.no,Liv\n",
  );
  const csv = [
    "mobile,email,phone,first_name",
    // Moves Ola to another address: the old one is then a new contact's, the new one Ola's.
    "91234501,ny@example.no,,Ola",
    ",ola@example.no,,Ola",
    ",ny@example.no,,Ola",
    // Kari gets her mobile; the second row with her address is another person, and now two have it.
    "91234502,kari@example.no,,Kari",
    "91234512,kari@example.no,,Kari",
    ",kari@example.no,,Kari",
    ",kari@example.no,,Kari",
    // Two have this one already, but one of them gets another in this very file.
    "91234503,per@example.no,,Per",
    ",delt@example.no,,Liv",
    // A new contact with an address and a phone, and the same person by each of them.
    "91234505,eva@example.no,22225555,Eva",
    ",eva@example.no,,Eva",
    ",,22225555,Eva",
    // By an address first, then by the phone that was on the same row.
    ",ida@example.no,22226666,Ida",
    ",,22226666,Ida",
    // A phone that is a mobile two rows on.
    ",,91234506,Jon",
    "91234506,,,Jon",
  ].join("\n");
  const mapping = JSON.stringify({ mobile: "mobile", email: "email", phone: "phone", first_name: "first_name" });
  const held = await holdCsv(workspace, csv, { ...consent, mapping });
  expect(await numbers(held.id, "new")).toEqual([3, 6, 11, 14, 16]);
  expect(await numbers(held.id, "known")).toEqual([2, 5, 9, 10]);
  expect(await numbers(held.id, "twice")).toEqual([4, 12, 13, 15, 17]);
  expect((await rows(held.id, "rejected")).map(({ row, reason, value }) => [row, reason, value])).toEqual([
    [7, "email_of_several_contacts", "kari@example.no"],
    [8, "email_of_several_contacts", "kari@example.no"],
  ]);
  await expectTotalsToHold(held);
  const [jon] = await table(workspace.id, "select mobile, phone from contacts where first_name = 'Jon'");
  expect(jon).toEqual({ mobile: "+4791234506", phone: "+4791234506" });
});

const one = <T>(...values: T[]) => fc.constantFrom(...values);
const person = fc.record({
  mobile: one("", "", "91234501", "91234502", "91234503", "22225551"),
  email: one("", "a@example.no", "a@example.no", "b@example.no", "c@example.no", "a@"),
  phone: one("", "", "91234501", "91234502", "22225551"),
  name: one("", "", "Ola", "Kari"),
  consent: one("", "yes", "no"),
});
/** Contacts that were created by hand, which may share an address. */
const withoutMobile = fc.record({
  email: one("a@example.no", "a@example.no", "b@example.no", null),
  phone: one(null, null, "91234501", "91234502"),
  name: one("Ola", "Kari", null),
});
const csvOf = (people: { [column: string]: string }[]) =>
  ["mobile,email,phone,first_name,consent", ...people.map((each) => Object.values(each).join(","))].join("\n");

const mapping = JSON.stringify({
  mobile: "mobile",
  email: "email",
  phone: "phone",
  consent: "consent",
  first_name: "first_name",
});

/** All about a workspace's contacts but their ids. */
const everything = (id: string) =>
  table(
    id,
    `select c.mobile, c.mobile_kind, c.phone, c.phone_kind, c.email, c.first_name, c.sms_consents,
       (select count(*) from list_members m where m.contact_id = c.id) as lists,
       array(select e.source from consent_events e where e.contact_id = c.id order by e.source) as consents
     from contacts c order by c.mobile, c.email, c.phone, c.first_name, c.sms_consents`,
  );

test("whatever the file, the contacts that are there, and the size of the chunks, the totals are what the import does", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(withoutMobile, { maxLength: 4 }),
      fc.array(person, { maxLength: 4 }),
      fc.array(person, { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 5 }),
      async (byHand, there, file, chunkRows) => {
        const ends = [];
        for (const options of [{}, { chunkRows }]) {
          workspace = await createTestWorkspace(db);
          await db.inWorkspace(workspace.id, (tx) =>
            sql`insert into contacts (workspace_id, id, email, phone, phone_kind, first_name, created_at, updated_at)
              select ${workspace.id}, gen_random_uuid(), email, '+47' || phone, case when phone like '9%' then 'mobile' else 'landline' end::number_kind, name, now(), now()
              from jsonb_to_recordset(${JSON.stringify(byHand)}::jsonb) as c (email text, phone text, name text)`.execute(
              tx,
            ),
          );
          if (there.length > 0) {
            const first = await receive(workspace, csvOf(there), { ...consent, mapping });
            await run(workspace, first.id, options);
          }
          const held = await holdCsv(workspace, csvOf(file), { ...consent, mapping });
          const { created, updated, unchanged, rejected } = await expectTotalsToHold(held, options);
          ends.push({ created, updated, unchanged, rejected, left: await everything(workspace.id) });
        }
        expect(ends[1]).toEqual(ends[0]);
      },
    ),
    { numRuns: Number(process.env.RUNS ?? 12), endOnFailure: true },
  );
}, 300_000);

test.each([
  ["undated", undefined, ["", "", ""]],
  ["of one date", "2026-01-15", ["", "", ""]],
  ["with dates of their own", undefined, ["2026-01-15", "", "2026-01-16"]],
  ["with the same date", undefined, ["2026-01-15", "2026-01-15", "2026-01-15"]],
])("consents of one person on several rows, %s, are counted as they are recorded", async (_, consent_date, dates) => {
  await importCsv(workspace, "mobile,email\n91234501,ola@example.no\n");
  const csv = `mobile,email,phone,date\n91234501,,22225555,${dates[0]}\n,ola@example.no,,${dates[1]}\n,,22225555,${dates[2]}\n91234502,ny@example.no,,\n,ny@example.no,,${dates[1]}\n`;
  const mapping = JSON.stringify({ mobile: "mobile", email: "email", phone: "phone", date: "consent_date" });
  const first = await holdCsv(workspace, csv, { ...consent, consent_date, mapping });
  await expectTotalsToHold(first);
  const again = await holdCsv(workspace, csv, { ...consent, consent_date, mapping });
  expect(await expectTotalsToHold(again)).toMatchObject({ created: 0 });
});

test("consents are counted with regard to a consent column and a withdrawal", async () => {
  await importCsv(workspace, "mobile,consent\n91234501,yes\n91234502,yes\n", consent);
  await table(
    workspace.id,
    `insert into consent_events (workspace_id, id, contact_id, subscription_type_id, channel, granted, source, evidence, at, recorded_at, recorded_by)
     select e.workspace_id, gen_random_uuid(), e.contact_id, e.subscription_type_id, 'sms', false, 'STOP', null, now(), now(), 'x'
     from consent_events e join contacts c on c.id = e.contact_id where c.mobile = '+4791234502' returning id`,
  );
  const csv = "mobile,consent\n91234501,yes\n91234502,yes\n91234503,yes\n91234504,no\n91234505,\n91234506,perhaps\n";
  const held = await holdCsv(workspace, csv, consent);
  expect(held.totals).toMatchObject({ new: 3, known: 2, rejected: 1, consents: 1 });
  await expectTotalsToHold(held);
});

test("two starts at once are one import; once started, it can be neither given up nor shown by row", async () => {
  const held = await holdCsv(workspace, "mobile\n91234501\n");
  await db.asSystem((tx) => sql`delete from jobs._private_jobs`.execute(tx));
  await Promise.all([start(held.id), start(held.id)]);
  const { rows: queued } = await db.asSystem((tx) =>
    sql<{ key: string }>`select key from jobs._private_jobs`.execute(tx),
  );
  expect(queued).toEqual([{ key: `import ${held.id}` }]);
  const events = await table(workspace.id, "select action from audit_events order by at, action");
  expect(events.map(({ action }) => action)).toEqual(["import.held", "import.started"]);
  await expect(giveUp(held.id)).rejects.toMatchObject({ status: 409, code: "import_not_held", value: "running" });
  await expect(rows(held.id, "new")).rejects.toMatchObject({ status: 409, code: "import_not_held" });
  await Promise.all([run(workspace, held.id), run(workspace, held.id)]);
  expect(await start(held.id)).toEqual({ id: held.id });
  expect(await result(workspace, held.id)).toMatchObject({ status: "done", created: 1 });
});

test("a property of a file is offered once its import is started, not before", async () => {
  const mapping = JSON.stringify({ mobile: "mobile", By: "property:by" });
  const keys = () => table(workspace.id, "select key from property_keys");
  const held = await holdCsv(workspace, "mobile,By\n91234501,Oslo\n", { mapping });
  expect(await keys()).toEqual([]);
  await start(held.id);
  expect(await keys()).toEqual([{ key: "by" }]);
});

test("rejected rows are downloaded before anything is imported, as they were in the file", async () => {
  await importCsv(workspace, "mobile,email\n91234501,delt@example.no\n91234502,delt@example.no\n");
  const csv =
    "Navn;Mobil;E-post;By\nOla;12;;Oslo\nPer;;delt@example.no;Bodø\nLiv;;delt@example.no;Moss\nEva;91234503;;Os\n";
  const held = await holdCsv(workspace, csv);
  expect(held.totals).toMatchObject({ new: 1, rejected: 3 });
  const download = async () => {
    const pieces: AsyncIterable<string> = await routes.rejectedRows(call(held.id, { language: "nb" }));
    return (await Array.fromAsync(pieces)).join("");
  };
  expect(await download()).toBe(
    "\ufeffRad;Grunn;Navn;Mobil;E-post;By\r\n2;Mobil er ikke et gyldig nummer;Ola;12;;Oslo\r\n" +
      "3;Flere kontakter har denne e-posten;Per;;delt@example.no;Bodø\r\n" +
      "4;Flere kontakter har denne e-posten;Liv;;delt@example.no;Moss\r\n",
  );
  const corrected = (await download()).replace(";12;", ";91234504;").replaceAll("delt@", "egen@");
  expect((await holdCsv(workspace, corrected)).totals).toMatchObject({ new: 2, twice: 1, rejected: 0 });
});

test("twenty imports are held at once and no more, until one is started or given up", async () => {
  const held = await Promise.all(Array.from({ length: 20 }, () => holdCsv(workspace, "mobile\n91234501\n")));
  await expect(holdCsv(workspace, "mobile\n91234501\n")).rejects.toMatchObject({ status: 409, code: "too_many_held" });
  expect(await importCsv(workspace, "mobile\n91234501\n")).toMatchObject({ status: "done" });
  expect((await holdCsv(await createTestWorkspace(db), "mobile\n91234501\n")).status).toBe("held");
  await giveUp(held[0]?.id as string);
  expect((await holdCsv(workspace, "mobile\n91234501\n")).status).toBe("held");
  await start(held[1]?.id as string);
  expect((await holdCsv(workspace, "mobile\n91234501\n")).status).toBe("held");
});

test("an import that is given up leaves nothing and cannot be started", async () => {
  const held = await holdCsv(workspace, "mobile,email\n91234501,ola@\n12,\n");
  expect(await table(workspace.id, "select from import_rejections")).toHaveLength(1);
  await giveUp(held.id);
  for (const left of ["imports", "import_rejections", "import_rows", "import_findings"])
    expect(await table(workspace.id, `select from ${left}`)).toEqual([]);
  await expect(start(held.id)).rejects.toMatchObject({ status: 404 });
  await expect(giveUp(held.id)).rejects.toMatchObject({ status: 404 });
  const events = await table(workspace.id, "select action from audit_events order by at, action");
  expect(events.map(({ action }) => action)).toEqual(["import.held", "import.given_up"]);
});

test.each([1, 20_000])(
  "a row that finds one of two contacts leaves the other alone for later rows, %i at a time",
  async (chunkRows) => {
    await db.inWorkspace(workspace.id, (tx) =>
      sql`insert into contacts (workspace_id, id, email, first_name, created_at, updated_at)
      select ${workspace.id}, gen_random_uuid(), 'delt@example.no', name, now(), now() from unnest(array['Ola', 'Kari']) as n (name)`.execute(
        tx,
      ),
    );
    const held = await holdCsv(
      workspace,
      "mobile,email,first_name\n91234501,delt@example.no,Ola\n91234502,delt@example.no,\n",
    );
    expect(held.totals).toMatchObject({ new: 1, known: 1 });
    expect(await expectTotalsToHold(held, { chunkRows })).toMatchObject({ created: 1, updated: 1 });
  },
);

const rowsOf = (id: string) => table(workspace.id, `select from import_rows where import_id = '${id}'`);

test("an import that is being counted can be given up without waiting, and nothing of it is left when the count ends", async () => {
  const csv = "mobile,email\n91234501,ola@\n91234502,kari@example.no\n,per@example.no\n";
  const { id } = await receive(workspace, csv, { hold: "true" });
  // Blocks the count in the middle, after it has taken its locks.
  const barrier = await db.pool.connect();
  try {
    await barrier.query("begin; lock table contacts in access exclusive mode");
    const counting = checkImport(services, { workspace_id: workspace.id, import_id: id });
    await until(async () => {
      const waiting = await barrier.query("select from pg_locks where relation = 'contacts'::regclass and not granted");
      expect(waiting.rowCount).toBeGreaterThan(0);
    });
    await giveUp(id);
    await sweepImports(services);
    await barrier.query("rollback");
    await counting;
  } finally {
    await barrier.query("rollback");
    barrier.release();
  }
  for (const left of ["imports", "import_rejections"])
    expect(await table(workspace.id, `select from ${left}`)).toEqual([]);
  expect(await rowsOf(id)).toEqual([]);
});

test("the sweep deletes the rows of an import that was given up while a process counted it that was then killed, and no others", async () => {
  const { id } = await receive(workspace, "mobile,email\n91234501,ola@\n", { hold: "true" });
  const other = await holdCsv(workspace, "mobile\n91234501\n");
  await giveUp(id);
  expect(await rowsOf(id)).toHaveLength(1);
  await sweepImports(services);
  expect(await rowsOf(id)).toEqual([]);
  expect(await rowsOf(other.id)).toHaveLength(1);
  // A job that was still waiting finds nothing to do.
  await checkImport(services, { workspace_id: workspace.id, import_id: id });
  await expect(giveUp(id)).rejects.toMatchObject({ status: 404 });
});

test("another workspace's import does not exist, and one that was not held cannot be started", async () => {
  const other = await createTestWorkspace(db);
  const { id } = await holdCsv(other, "mobile\n91234501\n");
  await expect(start(id)).rejects.toMatchObject({ status: 404 });
  await expect(giveUp(id)).rejects.toMatchObject({ status: 404 });
  await expect(rows(id, "new")).rejects.toMatchObject({ status: 404 });
  expect((await result(other, id)).status).toBe("held");
  const checking = await receive(workspace, "mobile\n91234501\n", { hold: "true" });
  await expect(start(checking.id)).rejects.toMatchObject({ status: 409, code: "import_not_held", value: "checking" });
  await expect(routes.heldRows(call(checking.id, { kind: "new", limit: 50, cursor: "x" }))).rejects.toMatchObject({
    code: "invalid_cursor",
  });
});

test("a count that was killed is started again once; two counts at once hold one import", async () => {
  const { id } = await receive(workspace, "mobile\n91234501\n91234501\n", { hold: "true" });
  expect(await result(workspace, id)).toMatchObject({ status: "checking", totals: null });
  await table(workspace.id, "update imports set heard_at = now() - interval '1 minute' returning id");
  await db.asSystem((tx) => sql`delete from jobs._private_jobs`.execute(tx));
  await sweepImports(services);
  const { rows: queued } = await db.asSystem((tx) =>
    sql<{ payload: never }>`select payload from jobs._private_jobs where payload ->> 'import_id' is not null`.execute(
      tx,
    ),
  );
  expect(queued).toEqual([{ payload: { workspace_id: workspace.id, import_id: id } }]);
  const handler = importJobs(services)["import:check"];
  await Promise.all([1, 2].map(() => handler?.(queued[0]?.payload as never, new AbortController().signal)));
  expect(await result(workspace, id)).toMatchObject({ status: "held", totals: { new: 1, twice: 1 } });
});

test("an import that is not started for a day is given up, and says so", async () => {
  const held = await holdCsv(workspace, "mobile,email\n91234501,ola@\n");
  await table(workspace.id, "update imports set heard_at = now() - interval '23 hours' returning id");
  await sweepImports(services);
  expect((await result(workspace, held.id)).status).toBe("held");
  await table(workspace.id, "update imports set heard_at = now() - interval '25 hours' returning id");
  await sweepImports(services);
  const given = await result(workspace, held.id);
  expect(given).toMatchObject({ status: "failed", error: { code: "not_started" }, warnings: [] });
  expect(await rowsOf(held.id)).toEqual([]);
  await expect(start(held.id)).rejects.toMatchObject({ status: 409, code: "import_not_held", value: "failed" });
});
