/** What rows of a file make of bookings. */
import { beforeEach, describe, expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { workbookOf } from "../../../testing/workbook-file.ts";
import { createTestWorkspace, type TestWorkspace } from "../../../testing/workspace.ts";
import { bookingImportHarness, bookingsTable } from "./import-harness.test-support.ts";

const { db } = await testDatabase();
const { importFile, place, table, receive, run, result } = bookingImportHarness(db);
let workspace: TestWorkspace;
beforeEach(async () => {
  workspace = await createTestWorkspace(db);
  await place(workspace, "service", "Klipp", { duration_minutes: 45 });
  await place(workspace, "location", "Oslo");
  await place(workspace, "location", "New York", { time_zone: "America/New_York" });
  await place(workspace, "resource", "Anna");
  await place(workspace, "resource", "Stol 2");
});

const bookings = () => table(workspace, bookingsTable);
const count = async (what: string) => (await table(workspace, `select count(*) as n from ${what}`))[0]?.n;

test("a Norwegian file of Windows with a byte order mark or in windows-1252, semicolons and quotes becomes bookings", async () => {
  const csv =
    "Bookingnr;Navn;Mobil;Tjeneste;Sted;Behandler;Dato;Klokkeslett;Varighet;Status;Betalt;Merknad\r\n" +
    '1001;Åse Berg;912 34 567;klipp;Oslo;Anna + Stol 2;04.12.2026;14.00;;Bekreftet;Ja;"Vil ha ""kort"" hår; ikke langt"\r\n' +
    '1002;"Nordmann, Ola";923 45 678;Klipp;;Anna;4/12-2026;kl. 16;1:30;Avlyst;nei;\r\n';
  const first = await importFile(workspace, Buffer.from(`\ufeff${csv}`));
  expect(first).toMatchObject({ status: "done", rows: 2, created: 2, updated: 0, unchanged: 0, rejected: [] });
  const made = [
    {
      first_name: "Åse",
      last_name: "Berg",
      mobile: "+4791234567",
      start_at: new Date("2026-12-04T13:00:00Z"),
      end_at: new Date("2026-12-04T13:45:00Z"),
      service: "Klipp",
      status: "confirmed",
      payment: "paid",
      external_id: "1001",
    },
    {
      first_name: "Ola",
      last_name: "Nordmann",
      mobile: "+4792345678",
      start_at: new Date("2026-12-04T15:00:00Z"),
      end_at: new Date("2026-12-04T16:30:00Z"),
      service: "Klipp",
      status: "cancelled",
      payment: "due",
      external_id: "1002",
    },
  ];
  expect(await bookings()).toEqual(made);
  expect(
    await table(
      workspace,
      "select source, origin, notes, cardinality(resource_ids) as n from bookings order by start_at",
    ),
  ).toEqual([
    { source: "import", origin: "", notes: 'Vil ha "kort" hår; ikke langt', n: 2 },
    { source: "import", origin: "", notes: null, n: 1 },
  ]);
  expect(await count("booking_import_rows")).toBe(0);
  expect(await count("booking_happenings where notify")).toBe(2);

  const other = await createTestWorkspace(db);
  for (const kind of ["resource"] as const) for (const name of ["Anna", "Stol 2"]) await place(other, kind, name);
  await place(other, "location", "Oslo");
  await place(other, "service", "Klipp", { duration_minutes: 45 });
  await importFile(other, Buffer.from(csv, "latin1"), { notify: "false" });
  expect(await table(other, bookingsTable)).toEqual(made);
  expect(await table(other, "select distinct notify from booking_happenings")).toEqual([{ notify: false }]);
});

test.each([
  [
    "en",
    "Booking ID,First name,Last name,Phone,Email,Service,Location,Staff,Start time,End time,Status,Payment status,Notes",
  ],
  [
    "nb",
    "Bestillingsnr,Fornavn,Etternavn,Telefon,E-post,Behandling,Avdeling,Ansatt,Starttid,Sluttid,Status,Betaling,Kommentar",
  ],
  [
    "sv",
    "Bokningsnummer,Förnamn,Efternamn,Telefon,E-post,Tjänst,Salong,Medarbetare,Starttid,Sluttid,Status,Betalning,Anteckning",
  ],
  [
    "da",
    "Bookingnummer,Fornavn,Efternavn,Telefon,E-mail,Ydelse,Afdeling,Medarbejder,Starttidspunkt,Sluttidspunkt,Status,Betaling,Bemærkning",
  ],
])("headings of %s are understood", async (_language, headings) => {
  const row =
    "A1,Ola,Nordmann,91234567,ola@example.no,Klipp,Oslo,Anna,2026-12-04 14:00,2026-12-04 15:00,no-show,paid,Hei";
  const done = await importFile(workspace, `${headings}\n${row}\n`);
  expect(done).toMatchObject({ created: 1, rejected: [] });
  expect(
    await table(
      workspace,
      `select b.external_id, c.first_name, c.last_name, c.mobile, c.email, l.name as location, r.name as resource, b.start_at, b.end_at,
        b.stands_for, b.payment, b.notes
      from bookings b join contacts c on c.id = b.customer_id join locations l on l.id = b.location_id
        join resources r on r.id = any(b.resource_ids)`,
    ),
  ).toEqual([
    {
      external_id: "A1",
      first_name: "Ola",
      last_name: "Nordmann",
      mobile: "+4791234567",
      email: "ola@example.no",
      location: "Oslo",
      resource: "Anna",
      start_at: new Date("2026-12-04T13:00:00Z"),
      end_at: new Date("2026-12-04T14:00:00Z"),
      stands_for: "no_show",
      payment: "paid",
      notes: "Hei",
    },
  ]);
});

test("times without zone are the location's; those with an offset are instants", async () => {
  await importFile(
    workspace,
    "navn,mobil,start,tjeneste,sted\nA,91000001,2026-12-04 14:00,Klipp,New York\nB,91000002,2026-12-04T14:00:00+01:00,Klipp,New York\nC,91000003,2026-12-04 14:00,Klipp,\n",
  );
  expect((await bookings()).map(({ first_name, start_at }) => [first_name, start_at])).toEqual([
    ["B", new Date("2026-12-04T13:00:00Z")],
    ["C", new Date("2026-12-04T13:00:00Z")],
    ["A", new Date("2026-12-04T19:00:00Z")],
  ]);
});

test("a workbook's dates, times and day numbers are read", async () => {
  const file = workbookOf([
    { name: "Om", rows: [["Eksport"]] },
    {
      name: "Bookinger",
      rows: [
        ["Kunde", "Mobil", "Dato", "Tid", "Varighet", "Tjeneste"],
        [
          "Ola Nordmann",
          91234567,
          { number: 46360, format: "dd.mm.yyyy" },
          { number: 0.5, format: "h:mm" },
          30,
          "Klipp",
        ],
        ["Kari Berg", 92345678, 46360.5833333333, null, { number: 0.0625, format: "h:mm" }, "Klipp"],
      ],
    },
  ]);
  expect(await importFile(workspace, file)).toMatchObject({ created: 2, rejected: [] });
  expect(await bookings()).toMatchObject([
    { first_name: "Ola", start_at: new Date("2026-12-04T11:00:00Z"), end_at: new Date("2026-12-04T11:30:00Z") },
    { first_name: "Kari", start_at: new Date("2026-12-04T13:00:00Z"), end_at: new Date("2026-12-04T14:30:00Z") },
  ]);
  const mapping = JSON.stringify({ Kunde: "full_name", Mobil: "mobile", Dato: "start", Tjeneste: "service" });
  expect(await importFile(workspace, file, { mapping })).toMatchObject({
    unchanged: 1,
    rejected: [{ row: 2, reason: "time_missing", field: "start", value: "2026-12-04" }],
  });
});

test("what cannot be a booking is rejected with its row, field and value, and leaves nothing", async () => {
  const csv = [
    "id;fornavn;mobil;epost;tjeneste;sted;ansatt;start;slutt;status;betalt",
    "1;God;91000001;;Klipp;;;2026-12-04 14:00;;;ja",
    "2;Ukjent;91000002;;Farge;;;2026-12-04 14:00;;;",
    "3;Sted;91000003;;Klipp;Bergen;;2026-12-04 14:00;;;",
    "4;Ansatt;91000004;;Klipp;;Anna, Per;2026-12-04 14:00;;;",
    "5;Slutt;91000005;;Klipp;;;2026-12-04 14:00;13:00;;",
    "6;Hull;91000006;;Klipp;;;2027-03-28 02:30;;;",
    "7;Mobil;12;;Klipp;;;2026-12-04 14:00;;;",
    "8;Post;;ola@;Klipp;;;2026-12-04 14:00;;;",
    "9;Status;91000009;;Klipp;;;2026-12-04 14:00;;Rart;",
    "10;Betalt;91000010;;Klipp;;;2026-12-04 14:00;;;kanskje",
    "11;Dato;91000011;;Klipp;;;i morgen;;;",
    "12;Uten;91000012;;;;;2026-12-04 14:00;;;",
    "13;Ingen;91000013;;Klipp;;;;;;",
    "14;Over;91000014;;Klipp;;;2026-12-04 14:00;;;;for;mange",
    "15;Fjern;91000015;;Klipp;;;2066-12-04 14:00;;;",
    ";Halv;91000016;;;;;2026-12-04 16:00;;;",
    ";Rar;91000017;;Klipp;;;2026-12-04 16:00;;Rart;",
  ].join("\n");
  const done = await importFile(workspace, csv);
  expect(done.rejected.map(({ row, reason, field, value }) => [row, reason, field, value])).toEqual([
    [3, "unknown_service", "service", "Farge"],
    [4, "unknown_location", "location", "Bergen"],
    [5, "unknown_resource", "resources", "Anna, Per"],
    [6, "end_before_start", "end", "13:00"],
    [7, "skipped_time", "start", "2027-03-28 02:30"],
    [8, "invalid_number", "mobile", "12"],
    [9, "invalid_email", "email", "ola@"],
    [10, "unknown_status", "status", "Rart"],
    [11, "unknown_payment", "payment", "kanskje"],
    [12, "invalid_date", "start", "i morgen"],
    [13, "end_missing", "end", null],
    [14, "start_missing", "start", null],
    [15, "too_many_cells", null, null],
    [16, "too_far_ahead", "start", "2066-12-04 14:00"],
    [17, "end_missing", "end", null],
    [18, "unknown_status", "status", "Rart"],
  ]);
  expect(done).toMatchObject({ status: "done", rows: 17, created: 1, rejected_count: 16 });
  for (const { message } of done.rejected) expect(message).toMatch(/\.$/);
  expect(await bookings()).toMatchObject([{ first_name: "God" }]);
  expect(await count("contacts")).toBe(1);
});

test("day and month are read in the order of the workspace's country", async () => {
  const us = await createTestWorkspace(db, { country: "US", time_zone: "America/New_York" });
  await place(us, "service", "Klipp", { duration_minutes: 45 });
  const csv = "name,service,start\nA,Klipp,04/12/2026 2:00 PM\nB,Klipp,13/12/2026 14:00\n";
  const done = await importFile(us, csv);
  expect(done.rejected).toMatchObject([{ row: 3, reason: "invalid_date", field: "start", value: "13/12/2026 14:00" }]);
  expect(await table(us, "select start_at from bookings")).toEqual([{ start_at: new Date("2026-04-12T18:00:00Z") }]);
  const done2 = await importFile(workspace, csv);
  expect(done2).toMatchObject({ created: 2, rejected: [] });
});

test("the workspace's own names of statuses go before words of the language", async () => {
  await table(
    workspace,
    `insert into booking_statuses (workspace_id, name, stands_for, position) values ('${workspace.id}', 'Booket', 'pending', 0) returning name`,
  );
  await importFile(
    workspace,
    "navn,tjeneste,start,status\nA,Klipp,2026-12-04 14:00,booket\nB,Klipp,2026-12-04 15:00,bestilt\n",
  );
  expect(await table(workspace, "select status, stands_for from bookings order by start_at")).toEqual([
    { status: "Booket", stands_for: "pending" },
    { status: "confirmed", stands_for: "confirmed" },
  ]);
});

test("services, locations and resources of unknown names are made where that is wanted, unless the row is refused", async () => {
  const csv =
    "navn,tjeneste,sted,ansatt,start,varighet,status\nA,Farge,Bergen,Per + Pål,2026-12-04 14:00,90,\nB,farge,bergen,Per,2026-12-05 14:00,,\nC,Permanent,,,2026-12-06 14:00,60,Rart\n";
  expect(await importFile(workspace, csv)).toMatchObject({ created: 0, rejected_count: 3 });
  const done = await importFile(workspace, csv, { create_missing: "true" });
  expect(done).toMatchObject({ created: 2, rejected: [{ row: 4, reason: "unknown_status" }] });
  expect(await table(workspace, "select name, duration_minutes from services order by name")).toEqual([
    { name: "Farge", duration_minutes: 90 },
    { name: "Klipp", duration_minutes: 45 },
  ]);
  expect(await table(workspace, "select name from resources order by name")).toHaveLength(4);
  expect((await bookings()).map(({ end_at }) => end_at)).toEqual([
    new Date("2026-12-04T14:30:00Z"),
    new Date("2026-12-05T14:30:00Z"),
  ]);
});

describe("a file that comes again", () => {
  const withIds = (start: string) => `id,navn,mobil,tjeneste,start\nX1,Ola Nordmann,91234567,Klipp,${start}\n`;
  test("changes what its rows with ids say otherwise, and nothing else", async () => {
    await importFile(workspace, withIds("2026-12-04 14:00"));
    expect(await importFile(workspace, withIds("2026-12-04 14:00"))).toMatchObject({
      unchanged: 1,
      created: 0,
      updated: 0,
    });
    expect(await importFile(workspace, withIds("2026-12-05 09:00"))).toMatchObject({ updated: 1, created: 0 });
    expect(await bookings()).toMatchObject([{ start_at: new Date("2026-12-05T08:00:00Z"), external_id: "X1" }]);
    expect(await count("booking_history")).toBe(3);
  });

  const without =
    "navn,mobil,epost,tjeneste,start,notat\n" +
    "Ola Nordmann,91234567,,Klipp,2026-12-04 14:00,Første\nOla Nordmann,91234567,,Klipp,2026-12-04 14:00,Barnet\n" +
    "Kari Berg,,kari@example.no,Klipp,2026-12-04 15:00,\nBare Navn,,,Klipp,2026-12-04 16:00,\n,,,Klipp,2026-12-04 17:00,Stengt\n";
  test("makes no booking twice of a row without an id: customer, start and service say which it is", async () => {
    expect(await importFile(workspace, without)).toMatchObject({ created: 5, rejected: [] });
    expect(await importFile(workspace, without)).toMatchObject({ created: 0, updated: 0, unchanged: 5 });
    expect(await count("bookings")).toBe(5);
    expect(await count("contacts")).toBe(3);
    const more = `${without}Ola Nordmann,91234567,,Klipp,2026-12-11 14:00,\n`;
    expect(await importFile(workspace, more)).toMatchObject({ created: 1, unchanged: 5 });
  });
  test("leaves alone what was moved or cancelled since", async () => {
    await importFile(workspace, without);
    await table(
      workspace,
      "update bookings set start_at = start_at + interval '1 day', end_at = end_at + interval '1 day' where notes = 'Første' returning id",
    );
    await table(
      workspace,
      "update bookings set status = 'cancelled', stands_for = 'cancelled' where notes = 'Barnet' returning id",
    );
    expect(await importFile(workspace, without)).toMatchObject({ created: 0, updated: 0, unchanged: 5 });
    expect(await count("bookings where stands_for = 'confirmed'")).toBe(4);
  });
  test("at the same time as itself makes nothing twice", async () => {
    const ids = [
      await receive(workspace, without),
      await receive(workspace, without),
      await receive(workspace, withIds("2026-12-04 14:00")),
      await receive(workspace, withIds("2026-12-04 14:00")),
    ];
    await Promise.all(ids.map((id) => run(workspace, id)));
    const results = await Promise.all(ids.map((id) => result(workspace, id)));
    expect(results.map(({ status }) => status)).toEqual(ids.map(() => "done"));
    expect(results.reduce((sum, { created }) => sum + created, 0)).toBe(6);
    expect(results.reduce((sum, { unchanged }) => sum + unchanged, 0)).toBe(6);
    expect(await count("bookings")).toBe(6);
    expect(await count("contacts")).toBe(3);
  });
});

test("rows of one person in one file make one contact, however they name them", async () => {
  const csv =
    "navn,mobil,epost,tjeneste,start\nOla Nordmann,91234567,ola@example.no,Klipp,2026-12-04 14:00\n" +
    "Ola Nordmann,+47 912 34 567,,Klipp,2026-12-05 14:00\nOla Nordmann,,OLA@example.no,Klipp,2026-12-06 14:00\n";
  expect(await importFile(workspace, csv)).toMatchObject({ created: 3 });
  expect(await table(workspace, "select mobile, email, customer_since is not null as customer from contacts")).toEqual([
    { mobile: "+4791234567", email: "ola@example.no", customer: true },
  ]);
});
