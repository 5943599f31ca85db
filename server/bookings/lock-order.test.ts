/** Two who change the same bookings and contacts at once, in either order: one waits for the other, and neither is begun again. */
import { sql } from "kysely";
import { expect, test } from "vitest";
import { bookingsOf } from "../../testing/bookings.ts";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { until } from "../../testing/until.ts";
import { day, later, morning, type Salon, salonsOf } from "../../testing/workflows.ts";
import { moments } from "../contacts/command-import/run-file.ts";
import { insertContact } from "../contacts/contacts-store.ts";
import { type Tx, workspaceScope } from "../kit/db.ts";
import { jobs } from "../kit/jobs.ts";
import { preparedTransaction } from "../kit/prepared.ts";
import { sideBySide } from "../kit/shared-statements.ts";
import { createPseudonym, eraseContact } from "../privacy/erase-contact.ts";
import { createAccessLinks } from "./access-links.ts";
import { selectHappeningsOf } from "./happenings-store.ts";
import { runRows } from "./import/run-rows.ts";
import { createManageLinks } from "./manage-links.ts";
import { react } from "./workflows/react.ts";
import type { BookingFields } from "./write-booking.ts";

const database = await testDatabase({ max: 20 });
let repeated = 0;
/** Counts what PostgreSQL ended, since it waited in a circle, and was begun again. */
const db = {
  ...database.db,
  inWorkspace<T>(workspaceId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    let begun = 0;
    return database.db.inWorkspace(workspaceId, (tx) => {
      if (begun++ > 0) repeated++;
      return work(tx);
    });
  },
};
const salons = await salonsOf({ ...database, db });
const { config, seal } = salons.services;
const deciding = { links: createManageLinks(config), access: createAccessLinks(config), seal };

const start = later(morning, 3 * day).toISOString();
const end = later(start, day).toISOString();
const rounds = 15;

/** Does both, each as often first, and with the second a little later each time; answers how many were begun again. */
async function atOnce(round: (i: number) => Promise<readonly [() => Promise<unknown>, () => Promise<unknown>]>) {
  repeated = 0;
  for (let i = 0; i < rounds; i++) {
    const pair = await round(i);
    const [one, other] = i % 2 === 0 ? pair : pair.toReversed();
    await Promise.all([one?.(), other?.()]);
  }
  return repeated;
}

const change = (salon: Salon, id: string, fields: BookingFields) =>
  bookingsOf(db, salon.id, salons.clock.now).change(id, fields);

const numbered = (i: number, who = 0) => `+4792${who}${String(i).padStart(5, "0")}`;

test("a contact is erased while their booking is changed, and they are given an address", async () => {
  const salon = await salons.open();
  const pseudonym = createPseudonym("key");
  const again = await atOnce(async (i) => {
    const mobile = numbered(i);
    const { id, customer } = await salon.book({ start, customer: { first_name: "Kari", mobile } });
    const contactId = customer?.id ?? "";
    const erase = {
      workspaceId: salon.id,
      id: contactId,
      confirm: contactId,
      by: "Eva",
      now: morning,
      jobs,
      pseudonym,
    };
    return [
      () => db.inWorkspace(salon.id, (tx) => eraseContact(tx, erase)),
      () => change(salon, id, { customer: { mobile, email: `kari${i}@example.com` } }),
    ];
  });
  expect(again).toBe(0);
});

test("a workflow changes contact and booking while somebody changes the booking and the contact", async () => {
  const salon = await salons.open();
  const actions = [
    { action: "set_contact", marketing: false },
    { action: "change_status", status: "completed" },
  ];
  await salon.workflow({ do: actions });
  const again = await atOnce(async (i) => {
    const people = Array.from({ length: 4 }, (_, who) => ({ first_name: "Kari", mobile: numbered(i, who) }));
    const made: { customer: { mobile: string }; id: string }[] = [];
    for (const customer of people) made.push({ customer, id: (await salon.book({ start, customer })).id });
    const ids = await db.inWorkspace(salon.id, async (tx) => {
      const rows: { id: string }[] = [];
      for (const { id } of made) rows.push(...(await selectHappeningsOf(tx, salon.id, id)));
      return rows.map((row) => row.id);
    });
    return [
      () => db.inWorkspace(salon.id, (tx) => react(deciding, tx, salon.id, ids, later(morning, 1_000))),
      () =>
        Promise.all(
          made.map(({ id, customer }) =>
            change(salon, id, { notes: "x", customer: { ...customer, email: `${id}@example.com` } }),
          ),
        ),
    ];
  });
  expect(again).toBe(0);
});

test.each(["known", "new"])("two bookings name the same %s people in another order", async (which) => {
  const salon = await salons.open();
  const person = (i: number, who: number, more: object = {}) => ({
    first_name: "A",
    mobile: numbered(i, who),
    ...more,
  });
  const again = await atOnce(async (i) => {
    if (which === "known") await salon.book({ start, attendees: [person(i, 2), person(i, 3)] });
    const both = [person(i, 2, { last_name: "B" }), person(i, 3, { last_name: "C" })];
    const { make } = bookingsOf(db, salon.id, salons.clock.now);
    return [
      () => make({ start, end, customer: null, attendees: both }),
      () => make({ start, end, customer: null, attendees: both.toReversed() }),
    ];
  });
  expect(again).toBe(0);
});

test("bookings that are made together lock all who are named before any of them, in the order of everybody", async () => {
  const salon = await salons.open();
  const known: { id: string; mobile: string }[] = [];
  for (const mobile of [numbered(0, 6), numbered(0, 7)]) {
    const { customer } = await salon.book({ start, customer: { first_name: "A", mobile } });
    known.push({ id: customer?.id ?? "", mobile });
  }
  const [first = "", last = ""] = known.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(({ mobile }) => mobile);
  const idOf = async (tx: Tx, mobile: string, how: "for update" | "for update skip locked") => {
    const { rows } = await sql<{ id: string }>`
      select id from contacts where workspace_id = ${salon.id} and mobile = ${mobile} ${sql.raw(how)}`.execute(tx);
    return rows[0]?.id;
  };
  let made: Promise<unknown> = Promise.resolve();
  await database.db.inWorkspace(salon.id, async (tx) => {
    // Whoever changes both comes to this one first, and to the other next.
    await idOf(tx, first, "for update");
    const ask = (mobile: string) => salon.ask("POST /bookings", { start, end, customer: { mobile, last_name: "B" } });
    made = Promise.all([ask(last), ask(first)]);
    await until(async () => {
      const { rows } = await sql`
        select 1 from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))`.execute(tx);
      if (rows.length === 0) throw new Error("nobody waits");
    });
    expect(await idOf(tx, last, "for update skip locked")).toBeDefined();
  });
  await made;
  expect(await salon.all("/bookings")).toHaveLength(4);
});

test("a file changes bookings one after the other while somebody changes one of them, and the customer of another", async () => {
  const salon = await salons.open();
  const call = {
    workspaceId: salon.id,
    links: deciding.links,
    notify: false,
    createMissing: false,
    by: "Eva",
    nextMoment: moments(salons.clock),
  };
  const again = await atOnce(async (i) => {
    const [one, other] = [numbered(i, 4), numbered(i, 5)];
    await salon.book({ start, external_id: `1.${i}`, customer: { first_name: "A", mobile: one } });
    const { id } = await salon.book({ start, external_id: `2.${i}`, customer: { first_name: "B", mobile: other } });
    const row = (n: number, mobile: string, email: string) => ({
      row: n,
      lane: 0,
      repeats: 0,
      fault: null,
      said: { external_id: `${n}.${i}`, mobile, email, start, end },
    });
    const rows = [row(1, one, `one${i}@example.com`), row(2, other, `other${i}@example.com`)];
    return [
      () => db.inWorkspace(salon.id, (tx) => runRows(tx, call, rows)),
      () => change(salon, id, { customer: { mobile: one, email: `one${i}@example.com` } }),
    ];
  });
  expect(again).toBe(0);
});

async function waitingForLocks(): Promise<number> {
  const { rows } = await database.db.asSystem((tx) =>
    sql<{ n: number }>`
      select count(*)::int as n from pg_locks l join pg_stat_activity a using (pid)
      where a.datname = current_database() and not l.granted`.execute(tx),
  );
  return rows[0]?.n ?? 0;
}

test("two batches add the same new contacts in another order, each behind somebody else's", async () => {
  const salon = await salons.open();
  const at = salons.clock.now();
  const scope = workspaceScope(salon.id);
  const add = (tx: Tx, n: number) =>
    insertContact(tx, salon.id, { id: newId(), fields: { mobile: numbered(n, 6), mobile_kind: "mobile" }, at });
  let begun = 0;
  const batch = (numbers: readonly number[]) =>
    preparedTransaction(database.db.workspacePool, scope, (tx) => {
      begun++;
      return sideBySide(
        tx,
        numbers.map((n) => () => add(tx, n)),
      );
    });
  const somebody = database.db.inWorkspace(salon.id, async (tx) => {
    await add(tx, 8);
    await add(tx, 9);
    const batches = [batch([1, 8, 2]), batch([2, 9, 1])];
    await until(async () => expect(await waitingForLocks()).toBe(2));
    return { batches };
  });
  const { batches } = await somebody;
  const added = await Promise.all(batches);
  expect(added.flat().filter(Boolean)).toHaveLength(2);
  expect(begun).toBe(2);
});
