/** Bookings that are made at once share a transaction: what becomes of each is what becomes of it alone. */
import { sql } from "kysely";
import { beforeAll, expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { day, hour, kari, later, morning, salonsOf } from "../../testing/workflows.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { recordAuditEvent } from "../accounts/audit-events.ts";
import type { Tx } from "../kit/db.ts";
import { invalid } from "../kit/errors.ts";
import { createGroupCommit } from "../kit/group-commit.ts";
import type { User } from "../kit/http.ts";
import { inRequest } from "../kit/request-context.ts";

const database = await testDatabase();
const { db } = database;
const salons = await salonsOf(database);
const start = later(morning, 3 * day).toISOString();
const end = later(start, hour).toISOString();

beforeAll(async () => {
  await db.asSystem((tx) =>
    sql`create table slips (n int primary key, txid text default pg_current_xact_id()::text)`.execute(tx),
  );
  await db.asSystem((tx) => sql`grant all on slips to public`.execute(tx));
});

const slips = async () =>
  (await db.asSystem((tx) => sql<{ n: number; txid: string }>`select n, txid from slips order by n`.execute(tx))).rows;

/** Makes slips at once, each with a number, by `write`. */
async function make(numbers: readonly number[], write: (tx: Tx, n: number) => Promise<unknown>) {
  await db.asSystem((tx) => sql`delete from slips`.execute(tx));
  const { id } = await createTestWorkspace(db);
  const commands = createGroupCommit(db);
  const ends = await Promise.allSettled(
    numbers.map((n) => commands.execute(id, { keys: [`n ${n}`], work: (tx) => write(tx, n) })),
  );
  return ends.map((each) => (each.status === "fulfilled" ? each.value : (each.reason as { code: string }).code));
}

const insert = (tx: Tx, n: number) => sql`insert into slips values (${n})`.execute(tx);

test("many at once share a transaction", async () => {
  const numbers = Array.from({ length: 30 }, (_, n) => n);
  await make(numbers, insert);
  const rows = await slips();
  expect(rows.map(({ n }) => n)).toEqual(numbers);
  expect(new Set(rows.map(({ txid }) => txid)).size).toBe(1);
});

test("what is refused is refused alone, and nothing of it stays, even if it was written before", async () => {
  const ends = await make([1, 2, 3, 4], async (tx, n) => {
    await insert(tx, n);
    if (n % 2 === 0) throw invalid("even", "Even.", "n", n);
    return n;
  });
  expect(ends).toEqual([1, "even", 3, "even"]);
  expect((await slips()).map(({ n }) => n)).toEqual([1, 3]);
});

test("what the database refuses is refused alone", async () => {
  const ends = await make([1, 2, 3], async (tx, n) => {
    await insert(tx, n);
    if (n === 2) await sql`insert into slips values (null)`.execute(tx);
    return n;
  });
  expect(ends).toEqual([1, "23502", 3]);
  expect((await slips()).map(({ n }) => n)).toEqual([1, 3]);
});

test("of those with the same key each sees what the one before wrote, also where that is refused later", async () => {
  const seen: string[] = [];
  const ends = await make([5, 5, 5], async (tx, n) => {
    const { rows } = await sql<{ n: number }>`select n from slips where n = ${n}`.execute(tx);
    seen.push(rows.length === 0 ? "none" : "one");
    if (rows.length > 0) throw invalid("taken", "Taken.", "n", n);
    return (await insert(tx, n)).rows.length;
  });
  expect(ends).toEqual([0, "taken", "taken"]);
  // Of the transaction that was undone, of the one that was not, and of the third's own.
  expect(seen).toEqual(["none", "one", "none", "one"]);
});

test("what a refused one wrote is not seen by those after it with the same key", async () => {
  let wasRefused = false;
  const ends = await make([7, 7, 8], async (tx, n) => {
    const { rows } = await sql<{ n: number }>`select n from slips where n = ${n}`.execute(tx);
    if (rows.length > 0) throw invalid("taken", "Taken.", "n", n);
    await insert(tx, n);
    if (n === 7 && !wasRefused) {
      wasRefused = true;
      throw invalid("first", "First.", "n", n);
    }
    return n;
  });
  expect(ends).toEqual(["first", 7, 8]);
  expect((await slips()).map(({ n }) => n)).toEqual([7, 8]);
});

test("refused bookings among good ones: each has its own answer, and the customers of refused ones are no contacts", async () => {
  const salon = await salons.open();
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, i) =>
      salon.ask("POST /bookings", {
        customer: { first_name: `Nr ${i}`, mobile: `+4791234${String(500 + i)}` },
        // Attendees are read after the customer was added.
        ...(i % 3 === 1 && { attendees: [{ first_name: "A", mobile: "1" }] }),
        ...(i % 3 === 2 && { service: "Nope" }),
        start,
        end,
      }),
    ),
  );
  expect(answers.map(({ status, body }) => (status === 201 ? "made" : body.error.field))).toEqual(
    Array.from({ length: 12 }, (_, i) => ["made", "attendees.0.mobile", "service"][i % 3]),
  );
  const contacts: { first_name: string }[] = await salon.all("/contacts");
  expect(contacts.map(({ first_name }) => first_name).toSorted()).toEqual(["Nr 0", "Nr 3", "Nr 6", "Nr 9"]);
  expect(await salon.all("/bookings")).toHaveLength(4);
  expect(
    (await salon.all<{ action: string }>("/audit-events")).filter(({ action }) => action === "booking.created"),
  ).toHaveLength(4);
});

test("new customers without a number, with one address, in whatever case: one contact", async () => {
  const salon = await salons.open();
  await Promise.all(
    ["eva@example.no", "Eva@Example.no", "EVA@EXAMPLE.NO"].map((email) =>
      salon.ask("POST /bookings", { customer: { first_name: "Eva", email }, start, end }),
    ),
  );
  expect(await salon.all("/contacts")).toHaveLength(1);
  expect(await salon.all("/bookings")).toHaveLength(3);
});

test("one idempotency key ten times at once, among others: one booking, and ten times its answer", async () => {
  const salon = await salons.open();
  const body = { customer: kari, start, end };
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      salon.ask("POST /bookings", body, { "Idempotency-Key": i % 2 === 0 ? "the-same" : `key-${i}` }),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 201));
  const same = answers.filter((_, i) => i % 2 === 0);
  expect(new Set(same.map(({ body: { id } }) => id)).size).toBe(1);
  expect(same.filter(({ headers }) => headers["idempotency-replayed"] === "true")).toHaveLength(9);
  expect(await salon.all("/bookings")).toHaveLength(11);
});

test("an idempotency key of a refused booking is free for the next one, which comes at once", async () => {
  const salon = await salons.open();
  const ask = (mobile: string) =>
    salon.ask(
      "POST /bookings",
      { customer: { first_name: "Kari", mobile }, start, end },
      { "Idempotency-Key": "of-both" },
    );
  const answers = await Promise.all([ask("1"), ask("+4791234567"), ask("+4791234567")]);
  expect(answers.map(({ status }) => status)).toEqual([422, 201, 201]);
  expect(answers.map(({ headers }) => headers["idempotency-replayed"])).toEqual([undefined, undefined, "true"]);
  expect(await salon.all("/bookings")).toHaveLength(1);
});

test("what two say of one person at once, the one by their number and the other by their address, is both kept", async () => {
  const salon = await salons.open();
  await salon.request("POST /contacts", { mobile: "+4791234567", email: "eva@example.no" });
  const customers = [
    { mobile: "+4791234567", last_name: "Berg" },
    { email: "eva@example.no", first_name: "Eva", locale: "nb" },
  ];
  await Promise.all(customers.map((customer) => salon.ask("POST /bookings", { customer, start, end })));
  expect(await salon.all("/contacts")).toMatchObject([{ first_name: "Eva", last_name: "Berg", locale: "nb" }]);
});

test("each is recorded as its own caller's, and what is nobody's as the system's", async () => {
  const { id } = await createTestWorkspace(db);
  const commands = createGroupCommit(db);
  const names = ["Eva", "Ola", "Kari"];
  const record = (name: string) => () =>
    commands.execute(id, {
      keys: [name],
      work: (tx) =>
        recordAuditEvent(tx, { workspaceId: id, at: morning, action: "booking.created", target: { type: name } }),
    });
  const recorded = names.map((name) =>
    inRequest(
      { actor: null, user: { id: newId(), name } as unknown as User, ip: `10.0.0.${name.length}` },
      record(name),
    ),
  );
  await Promise.all([...recorded, record("Varsla")()]);
  const { rows } = await db.asSystem((tx) =>
    sql<{ who: string; what: string; ip: string | null }>`
      select actor_name as who, target_type as what, ip from audit_events where workspace_id = ${id} order by id`.execute(
      tx,
    ),
  );
  expect(rows).toEqual([
    ...names.map((name) => ({ who: name, what: name, ip: `10.0.0.${name.length}` })),
    { who: "Varsla", what: "Varsla", ip: null },
  ]);
});
