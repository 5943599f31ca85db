/** Files of orders: how they are read, what becomes of their rows, and imports that are killed half-way. */
import { sql } from "kysely";
import pino from "pino";
import { beforeEach, expect, test } from "vitest";
import type { Answer } from "../../../contract/endpoint.ts";
import type { EventDetails } from "../../../contract/events.ts";
import type { orders as endpoints } from "../../../contract/orders.ts";
import { type Order, type OrderWithHistory } from "../../../contract/orders.ts";
import { testDatabase } from "../../../testing/database.ts";
import { kari, type Organiser, organisersOf } from "../../../testing/events.ts";
import { sweepFiles } from "../../contacts/command-import/file-jobs.ts";
import { jobs } from "../../kit/jobs.ts";
import { orderFiles } from "./order-file.ts";
import { importJobs, runImport } from "./run-import.ts";

type Import = Answer<(typeof endpoints)["getImport"]>;

const { db, ...database } = await testDatabase();
const organisers = await organisersOf({ db, ...database });
const log = pino({ enabled: false });
const services = { db, clock: organisers.services.clock, jobs, log, liveUpdates: { publish: () => {} } };

let organiser: Organiser;
let event: EventDetails;
beforeEach(async () => {
  organiser = await organisers.open();
  event = await organiser.event();
});

async function send(content: string, query = "", path = "imports") {
  const line = `POST /events/${event.id}/orders/${path}${query}`;
  const { status, body } = await organisers.call(line, {
    key: organiser.key,
    headers: { "content-type": "text/csv" },
    body: content,
  });
  return { status, body };
}

async function receive(content: string, query = ""): Promise<string> {
  const { status, body } = await send(content, query);
  expect([status, body]).toMatchObject([202, {}]);
  return body.id;
}

const run = (id: string, signal = new AbortController().signal, onUpdate = () => {}) =>
  runImport({ ...services, liveUpdates: { publish: onUpdate } }, { workspace_id: organiser.id, import_id: id }, signal);
const result = (id: string): Promise<Import> => organiser.request(`GET /events/${event.id}/orders/imports/${id}`);

async function importFile(content: string, query = ""): Promise<Import> {
  organisers.setTime(new Date(services.clock.now().getTime() + 1_000));
  const id = await receive(content, query);
  await run(id);
  return result(id);
}

const orders = async (): Promise<OrderWithHistory[]> => {
  const all = await organiser.all<Order>(`/events/${event.id}/orders`);
  const whole = await Promise.all(all.map((order) => organiser.get(order)));
  return whole.toSorted((a, b) => ((a.buyer?.name ?? "") < (b.buyer?.name ?? "") ? -1 : 1));
};
/** An order as a line of a table. */
const inShort = ({ external_id, buyer, status, lines }: Order) =>
  [
    external_id,
    buyer?.name,
    status,
    ...lines.map(
      ({ quantity, ticket_type, product, price, state, tickets }) =>
        `${quantity} ${(ticket_type ?? product)?.name} ${price} ${state} ${tickets.map(({ holder }) => holder?.name ?? "-").join("/")}`,
    ),
  ].join(" | ");

test("rows with one order number are one order: tickets of one type one line, other people their holders", async () => {
  const done = await importFile(
    [
      "Ordrenummer;Kjøper;Mobil;E-post;Billettype;Produkt;Antall;Pris;Status;Kjøpt dato;Deltaker navn;Deltaker mobil",
      "1001;Kari Nordmann;912 34 567;kari@example.no;Stalls;;1;350,00;Betalt;01.03.2027 12:30;;",
      "1002;Ola Dunk;912 34 568;;balcony ;;2;;Betalt;;Bo;",
      "1001;Kari Nordmann;912 34 567;kari@example.no;Stalls;;1;350;Betalt;;Anna Ek;912 34 569",
      "1001;Kari Nordmann;912 34 567;kari@example.no;;Programme;3;kr 40,-;Betalt;;;",
    ].join("\n"),
  );
  expect(done).toMatchObject({ status: "done", rows: 4, created: 2, updated: 0, rejected_count: 0 });
  const [first, second] = await orders();
  expect([first, second].map((order) => inShort(order as Order))).toEqual([
    "1001 | Kari Nordmann | paid | 2 Stalls 350 active -/Anna Ek | 3 Programme 40 active ",
    "1002 | Ola Dunk | paid | 2 Balcony 250.5 active Bo/-",
  ]);
  expect(first).toMatchObject({
    reference: "1001",
    source: "import",
    created_at: "2027-03-01T11:30:00.000Z",
    buyer: { mobile: kari.mobile, email: "kari@example.no" },
    history: [{ what: "created", by: "Ticket office" }],
  });
  expect(await organiser.counts(event)).toEqual({ orders: 2, tickets: 4, checked_in: 0 });
});

test("of a list of tickets, each with its own person, the first of an order is the buyer and the others hold theirs", async () => {
  await importFile(
    [
      "Order ID,Name,Email,Ticket type,Order status",
      "A-1,Kari Nordmann,kari@example.no,Stalls,Completed",
      "A-1,Per Nordmann,per@example.no,Stalls,Completed",
      "A-1,Liv Nordmann,kari@example.no,Balcony,Refunded",
      "A-2,Ola Dunk,ola@example.no,Stalls,Cancelled",
    ].join("\n"),
  );
  expect((await orders()).map(inShort)).toEqual([
    "A-1 | Kari Nordmann | paid | 2 Stalls 350 active -/Per Nordmann | 1 Balcony 250.5 refunded Liv Nordmann",
    "A-2 | Ola Dunk | cancelled | 1 Stalls 350 active -",
  ]);
});

test("Swedish, Danish and English headings are read, and columns that say nothing are left out", async () => {
  for (const [head, fields] of [
    [
      "Ordernummer;Köpare;Köparens e-post;Mobilnummer;Biljettyp;Antal;Pris;Biljettinnehavare;Biljettinnehavarens mobil;Orderdatum;Plats",
      "order full_name email mobile ticket_type quantity price holder_name holder_mobile bought_at ignore",
    ],
    [
      "Ordrenr.;Køberens navn;Køberens e-mail;Telefon;Billettype;Antal billetter;Pris pr. stk;Status;Gæst;Gæstens e-mail;Vare",
      "order full_name email mobile ticket_type quantity price status holder_name holder_email product",
    ],
    [
      "Order #;Buyer first name;Buyer last name;Buyer email;Buyer phone;Ticket type;Quantity;Order status;Attendee first name;Attendee last name;Attendee email",
      "order first_name last_name email mobile ticket_type quantity status holder_first_name holder_last_name holder_email",
    ],
  ] as const) {
    const { status, body } = await send(`${head}\n${";".repeat(10)}\n`, "", "imports/preview");
    expect([head, status]).toEqual([head, 200]);
    expect(body.columns.map(({ field }: { field: string }) => field).join(" ")).toBe(fields);
  }
});

test("the same file again changes nothing, and an order that was changed since is left or changed by whether it has a number", async () => {
  const numbered = "order,name,mobile,ticket type\n7,Kari Nordmann,91234567,Stalls\n";
  const nameless = "name,mobile,ticket type\nOla,91234568,Stalls\nOla,91234568,Stalls\nBo,,Balcony\nBo,,Balcony\n";
  expect(await importFile(numbered)).toMatchObject({ created: 1 });
  expect(await importFile(nameless)).toMatchObject({ created: 4 });
  expect(await importFile(numbered)).toMatchObject({ created: 0, updated: 0, unchanged: 1 });
  expect(await importFile(nameless)).toMatchObject({ created: 0, updated: 0, unchanged: 4, rejected_count: 0 });
  expect(await orders()).toHaveLength(5);
  for (const { id } of await orders()) await organiser.request(`POST /orders/${id}/cancel`);
  expect(await importFile(`${numbered.replace("type", "type,status").trim()},paid\n`)).toMatchObject({ updated: 1 });
  expect(await importFile(nameless)).toMatchObject({ unchanged: 4 });
  expect((await orders()).map(({ status }) => status).sort()).toEqual([
    "cancelled",
    "cancelled",
    "cancelled",
    "cancelled",
    "paid",
  ]);
  // Ids that are derived from what rows say are nobody's.
  expect((await orders()).map(({ external_id }) => external_id).filter((id) => id !== null)).toEqual(["7"]);
});

test.each<[string, string, object]>([
  [
    "an unknown ticket type",
    "1,Kari,91234567,Nope,1,,",
    { reason: "unknown_ticket_type", field: "ticket_type", value: "Nope" },
  ],
  ["neither ticket type nor product", "1,Kari,91234567,,1,,", { reason: "no_item", field: "ticket_type" }],
  ["a number that is none", "1,Kari,12,Stalls,1,,", { reason: "invalid_number", field: "mobile", value: "12" }],
  [
    "a quantity of none",
    "1,Kari,91234567,Stalls,none,,",
    { reason: "invalid_quantity", field: "quantity", value: "none" },
  ],
  [
    "a quantity of 501",
    "1,Kari,91234567,Stalls,501,,",
    { reason: "invalid_quantity", field: "quantity", value: "501" },
  ],
  ["an unknown status", "1,Kari,91234567,Stalls,1,Gone,", { reason: "unknown_status", field: "status", value: "Gone" }],
  [
    "a holder's number that is none",
    "1,Kari,91234567,Stalls,1,,12",
    { reason: "invalid_number", field: "holder_mobile", value: "12" },
  ],
  ["nobody", ",,,Stalls,1,,", { reason: "no_buyer", field: null }],
  ["more cells than columns", "1,Kari,91234567,Stalls,1,,,x", { reason: "too_many_cells", field: null }],
])("a row with %s is rejected with the field and the cell, and others are imported", async (_, row, rejected) => {
  const head = "order,name,mobile,ticket type,quantity,status,holder mobile";
  const done = await importFile(`${head}\n2,Ola,91234568,Stalls,1,paid,\n${row}\n3,Per,91234569,Stalls,1,paid,\n`);
  expect(done).toMatchObject({ status: "done", created: 2, rejected_count: 1, rejected: [{ row: 3, ...rejected }] });
  expect(await organiser.all("/contacts")).toHaveLength(2);
});

test("an order of which one row is rejected is rejected as a whole, and one of another event too", async () => {
  const elsewhere = await organiser.event();
  await organiser.order(elsewhere, { external_id: "9" });
  const done = await importFile(
    "order,name,mobile,ticket type\n1,Kari,91234567,Stalls\n2,Ola,91234568,Stalls\n1,Kari,91234567,Nope\n9,Per,91234569,Stalls\n",
  );
  expect(done).toMatchObject({
    created: 1,
    rejected: [
      { row: 2, reason: "order_rejected" },
      { row: 4, reason: "unknown_ticket_type", field: "ticket_type", value: "Nope" },
      { row: 5, reason: "order_of_another_event", field: "order", value: "9" },
    ],
  });
  expect((await orders()).map(({ external_id }) => external_id)).toEqual(["2"]);
});

test("ticket types and products of unknown names are made where the caller says so", async () => {
  const done = await importFile(
    "order,name,ticket type,product,price\n1,Kari,VIP,,900\n1,Kari,,Poster,50\n2,Ola,vip,,900\n",
    "?create_missing=true",
  );
  expect(done).toMatchObject({ created: 2, rejected_count: 0 });
  const { ticket_types, products } = await organiser.request(`GET /events/${event.id}`);
  expect(ticket_types.map(({ name, price }: { name: string; price: number }) => [name, price])).toContainEqual([
    "VIP",
    900,
  ]);
  expect(products).toHaveLength(2);
});

test("a preview shows columns and rows as they would be imported, and writes nothing", async () => {
  const { body } = await send(
    "order,name,mobile,ticket type,quantity\n1,Kari,91234567,Stalls,2\n2,Ola,12,Stalls,1\n",
    "?create_missing=true",
    "imports/preview",
  );
  expect(body.rows).toMatchObject([
    { row: 2, order: "1", buyer: "Kari", item: "Stalls", quantity: 2, reason: null },
    { row: 3, buyer: "Ola", reason: "invalid_number", field: "mobile", value: "12" },
  ]);
  expect(await orders()).toEqual([]);
  expect(await organiser.all("/contacts")).toEqual([]);
  const none = await send("colour\nred\n", '?mapping={"colour":"ignore"}', "imports/preview");
  expect(none).toMatchObject({ status: 422, body: { error: { code: "no_order_column", field: "mapping" } } });
  expect(await send("order\n1\n", '?mapping={"order":"colour"}')).toMatchObject({
    status: 422,
    body: { error: { code: "unknown_import_field" } },
  });
});

const count = async (what: string) =>
  (
    await db.inWorkspace(organiser.id, (tx) =>
      sql<{ n: number }>`select count(*) as n from ${sql.raw(what)}`.execute(tx),
    )
  ).rows[0]?.n;

/** Orders of two rows, the second of which comes thousands of rows later; every tenth is of a type that there is none of. */
function manyRows(n: number): string {
  const row = (i: number) => `T${i},Kunde ${i % 900},${91000000 + (i % 900)},${i % 10 ? "Stalls" : "Nope"}`;
  const all = Array.from({ length: n }, (_, i) => row(i));
  return `order,name,mobile,ticket type\n${[...all, ...all].join("\n")}\n`;
}

test("4,000 rows that are stopped half-way are gone on with: no order is made twice, none is missing", async () => {
  const id = await receive(manyRows(2_000));
  const stop = new AbortController();
  let updates = 0;
  const half = run(id, stop.signal, () => ++updates > 20 && stop.abort());
  await expect(half).rejects.toThrow("aborted");
  const halfway = await result(id);
  expect(halfway.status).toBe("running");
  expect(halfway.created).toBeGreaterThan(0);
  expect(halfway.created).toBe(await count("orders"));
  expect(halfway.created * 2 + halfway.rejected_count + Number(await count("order_import_rows"))).toBe(4_000);
  await run(id);
  expect(await result(id)).toMatchObject({ status: "done", rows: 4_000, created: 1_800, rejected_count: 400 });
  expect(await organiser.counts(event)).toEqual({ orders: 1_800, tickets: 3_600, checked_in: 0 });
  expect(await count("contacts")).toBe(810);
  expect(await count("order_import_rows")).toBe(0);
});

test("an import whose process was killed is resumed by the sweep; one whose file was coming is given up", async () => {
  const running = await receive(manyRows(10));
  const receiving = await receive(manyRows(10));
  await db.inWorkspace(organiser.id, async (tx) => {
    await sql`update order_imports set status = 'receiving' where workspace_id = ${organiser.id} and id = ${receiving}`.execute(
      tx,
    );
    await sql`update order_imports set heard_at = now() - interval '1 hour' where workspace_id = ${organiser.id}`.execute(
      tx,
    );
  });
  await db.asSystem((tx) => sql`delete from jobs._private_jobs`.execute(tx));
  await sweepFiles(services, orderFiles);
  expect(await result(receiving)).toMatchObject({ status: "failed", error: { code: "interrupted" } });
  const { rows } = await db.asSystem((tx) =>
    sql<{ payload: object }>`select payload from jobs._private_jobs where key = ${`orders.import ${running}`}`.execute(
      tx,
    ),
  );
  expect(rows).toEqual([{ payload: { workspace_id: organiser.id, import_id: running } }]);
  await importJobs(services)["orders.import"]?.(rows[0]?.payload as never, new AbortController().signal);
  expect(await result(running)).toMatchObject({ status: "done", created: 9, rejected_count: 2 });
});

test("another workspace's import is none, and so is one of another event", async () => {
  const done = await importFile(manyRows(2));
  const elsewhere = await organiser.event();
  const line = `GET /events/${elsewhere.id}/orders/imports/${done.id}`;
  expect((await organiser.ask(line)).status).toBe(404);
  const stranger = await organisers.open();
  expect((await stranger.ask(`GET /events/${event.id}/orders/imports/${done.id}`)).status).toBe(404);
});

test("a person who is erased while a file with their row waits does not come back with it", async () => {
  const contact = await organiser.request("POST /contacts", { ...kari, email: "kari@example.no" });
  const id = await receive(
    "order,name,mobile,email,ticket type,holder name\n1,X,912 34 567,,Stalls,\n2,X,,KARI@example.no,Stalls,\n3,Ola,91234568,,Stalls,\n91234567,Bo,91234569,,Stalls,Kari Nordmann\n91234567,Bo,91234569,,Stalls,\n",
  );
  await organiser.request(`POST /contacts/${contact.id}/erasure`, { confirm: contact.id });
  await run(id);
  expect((await orders()).map(inShort)).toEqual([
    "91234567 | Bo | paid | 1 Stalls 350 active -",
    "3 | Ola | paid | 1 Stalls 350 active -",
  ]);
});
