/** Changes of many contacts: interrupted, twice at once, and about contacts that come and go meanwhile. */
import { sql } from "kysely";
import pino from "pino";
import { beforeEach, expect, test } from "vitest";
import type { BulkChange, BulkInput } from "../../../contract/bulk-changes.ts";
import { testDatabase } from "../../../testing/database.ts";
import { runDue } from "../../../testing/due.ts";
import { newId } from "../../../testing/new-id.ts";
import { createTestWorkspace, type TestWorkspace } from "../../../testing/workspace.ts";
import { subscribe } from "../../activity/subscriber.ts";
import { systemClock } from "../../kit/clock.ts";
import type { Tx } from "../../kit/db.ts";
import { Problem } from "../../kit/errors.ts";
import type { Call } from "../../kit/http.ts";
import type { Idempotency } from "../../kit/idempotency.ts";
import { jobs, payloadsOf } from "../../kit/jobs.ts";
import { createList, deleteList, getList } from "../lists.ts";
import { searchContacts } from "../search-contacts.ts";
import { dueBulkChanges } from "./bulk-jobs.ts";
import { bulkRoutes } from "./bulk-routes.ts";
import { runBulk } from "./run-bulk.ts";
import { bulkJob, type BulkJob } from "./start-bulk.ts";

const { db } = await testDatabase();
const log = pino({ enabled: false });
const services = { db, clock: systemClock, jobs, log, liveUpdates: { publish: () => {} } };
const routes = bulkRoutes(services);
const never = new AbortController().signal;
let workspace: TestWorkspace;
beforeEach(async () => {
  workspace = await createTestWorkspace(db);
});

const within = <T>(work: (tx: Tx, workspaceId: string) => Promise<T>, id = workspace.id) =>
  db.inWorkspace(id, (tx) => work(tx, id));
const start = (input: BulkInput, { id = workspace.id, idempotency = null as Idempotency | null } = {}) =>
  routes.startBulk({ actor: { workspaceId: id, name: "Kari" }, body: input, idempotency } as Call<never>);
const shown = (id: string): Promise<BulkChange> =>
  routes.getBulk({ actor: { workspaceId: workspace.id }, params: { id } } as Call<never>);
const job = (id: string): BulkJob => ({ workspace_id: workspace.id, id });
const run = async (id: string, atATime?: number) => {
  await runBulk(services, job(id), never, atATime);
  return shown(id);
};
const problemOf = (work: Promise<unknown>) =>
  work.then(
    () => "it was done",
    (error: unknown) => {
      if (!(error instanceof Problem)) throw error;
      return { status: error.status, code: error.code, field: error.field, value: error.value };
    },
  );

/** Makes so many contacts, a second ago, with a first name. */
async function make(count: number, name = "Ola", id = workspace.id): Promise<string[]> {
  const at = new Date(Date.now() - 1_000);
  const ids = Array.from({ length: count }, () => newId());
  await within(async (tx, workspaceId) => {
    await sql`
      insert into contacts (workspace_id, id, first_name, created_at, updated_at)
      select w.workspace_id, u.id, ${name}, ${at}, ${at} from workspaces w, unnest(${ids}::uuid[]) as u (id)
      where w.workspace_id = ${workspaceId}`.execute(tx);
  }, id);
  return ids;
}
const remaining = async () =>
  (await within((tx, id) => searchContacts(tx, id, { sort: "created_at", limit: 10 }))).total;
const listOf = (name: string) => within((tx, id) => createList(tx, id, name, new Date()));
const members = async (list: string) => {
  const counted = await within((tx, id) => getList(tx, id, list));
  const { rows } = await within((tx, id) =>
    sql<{ n: number; kinds: number }>`
      select (select count(*) from list_members where workspace_id = ${id} and list_id = ${list}) as n,
        (select coalesce(sum(n), 0) from list_kinds where workspace_id = ${id} and list_id = ${list})::int as kinds`.execute(
      tx,
    ),
  );
  // What the list says it has, what it has, and what its kinds add up to.
  expect([counted.members, rows[0]?.kinds]).toEqual([rows[0]?.n, rows[0]?.n]);
  return counted.members;
};

test("deletes 2,500 contacts in chunks, and nobody else", async () => {
  await make(2_500);
  const others = await make(3, "Åse");
  const list = await listOf("Everybody");
  await run((await start({ where: { all: true }, action: { add_to_list: list.id } })).id);
  expect(await members(list.id)).toBe(2_503);
  const { id } = await start({ where: { query: "Ola" }, action: { delete: true } });
  const done = await run(id);
  expect(done).toMatchObject({ status: "done", action: "delete", done: 2_500, of: 2_500, changed: 2_500, failed: [] });
  expect(await remaining()).toBe(others.length);
  expect(await members(list.id)).toBe(others.length);
  // Whom it was about is forgotten.
  const { rows } = await within((tx, own) =>
    sql`select query, contacts, reached from bulk_changes where workspace_id = ${own} and id = ${id}`.execute(tx),
  );
  expect(rows).toEqual([{ query: null, contacts: null, reached: null }]);
});

test("goes on where it was interrupted, after each chunk", async () => {
  const ids = await make(25);
  const { id } = await start({ where: { all: true }, action: { add_to_list: "Regulars" } });
  const seen: number[] = [];
  for (let over = false; !over;) {
    const killed = new AbortController();
    const published = { publish: () => killed.abort(new Error("killed")) };
    await runBulk({ ...services, liveUpdates: published }, job(id), killed.signal, 10).catch(() => {});
    const now = await shown(id);
    seen.push(now.done);
    over = now.status !== "running";
  }
  expect(seen).toEqual([0, 10, 20, 25]);
  const done = await shown(id);
  expect(done).toMatchObject({ status: "done", done: 25, changed: 25, list: { name: "Regulars" } });
  expect(await members(done.list?.id ?? "")).toBe(ids.length);
  // Again: nothing is left to do.
  expect(await run(id)).toEqual(done);
});

test("a chunk that fails is undone as a whole, and its place with it", async () => {
  await make(20);
  const { id } = await start({ where: { all: true }, action: { delete: true } });
  let transactions = 0;
  const inWorkspace: typeof db.inWorkspace = (own, work) =>
    db.inWorkspace(own, async (tx) => {
      const result = await work(tx);
      transactions++;
      // The third has counted and deleted ten, and deletes the others.
      if (transactions === 3) throw new Error("the server went down before the commit");
      return result;
    });
  await expect(runBulk({ ...services, db: { ...db, inWorkspace } }, job(id), never, 10)).rejects.toThrow("went down");
  expect(await shown(id)).toMatchObject({ status: "running", done: 10 });
  expect(await remaining()).toBe(10);
  expect(await run(id, 10)).toMatchObject({ status: "done", done: 20, changed: 20 });
  expect(await remaining()).toBe(0);
});

test("a job that comes twice does each chunk once", async () => {
  await make(40);
  const { id } = await start({ where: { all: true }, action: { add_to_list: "Regulars" } });
  await Promise.all([run(id, 5), run(id, 7), run(id, 3)]);
  const done = await shown(id);
  expect(done).toMatchObject({ status: "done", done: 40, of: 40, changed: 40 });
  expect(await members(done.list?.id ?? "")).toBe(40);
  const { rows } = await within((tx, own) =>
    sql`select 1 from audit_events where workspace_id = ${own} and action = 'bulk.finished'`.execute(tx),
  );
  expect(rows).toHaveLength(1);
});

test("changes at the same time end as one after the other", async () => {
  const ids = await make(60);
  const list = await listOf("Regulars");
  const added = await start({ where: { all: true }, action: { add_to_list: list.id } });
  const marked = await start({ where: { all: true }, action: { marketing: false } });
  const gone = await start({ where: { contacts: ids.slice(0, 30) }, action: { delete: true } });
  await Promise.all([run(added.id, 7), run(marked.id, 11), run(gone.id, 5)]);
  expect(await shown(gone.id)).toMatchObject({ status: "done", done: 30, changed: 30, failed: [] });
  expect((await shown(marked.id)).status).toBe("done");
  expect(await remaining()).toBe(30);
  expect(await members(list.id)).toBe(30);
  const { rows } = await within((tx, own) =>
    sql`select 1 from contacts where workspace_id = ${own} and marketing`.execute(tx),
  );
  expect(rows).toEqual([]);
});

test("members are taken off the list that they are found by", async () => {
  const ids = await make(25);
  const list = await listOf("Regulars");
  await run((await start({ where: { contacts: ids }, action: { add_to_list: list.id } })).id);
  const { id } = await start({ where: { list: list.id }, action: { remove_from_list: "regulars" } });
  expect(await run(id, 4)).toMatchObject({ status: "done", done: 25, of: 25, changed: 25 });
  expect(await members(list.id)).toBe(0);
  expect(await remaining()).toBe(25);
});

test("who subscribes to contacts hears of those whose marketing was changed, and of no others", async () => {
  const ids = await make(7);
  await run((await start({ where: { contacts: ids.slice(0, 2) }, action: { marketing: false } })).id);
  await within((tx, own) =>
    subscribe(tx, { workspace_id: own, id: newId(), subscriber: "test", types: ["contact.updated"] }),
  );
  const { id } = await start({ where: { all: true }, action: { marketing: false } });
  expect(await run(id, 3)).toMatchObject({ done: 7, changed: 5 });
  const { rows } = await within((tx, own) =>
    sql<{ subjects: string[] }>`select subjects from activity where workspace_id = ${own}`.execute(tx),
  );
  expect(rows.flatMap(({ subjects }) => subjects).sort()).toEqual(ids.slice(2).sort());
});

test("contacts deleted meanwhile are named where they were named, and those created meanwhile are left alone", async () => {
  const ids = await make(6);
  const { id } = await start({ where: { contacts: [...ids, ids[0] as string] }, action: { marketing: false } });
  const all = await start({ where: { all: true }, action: { delete: true } });
  const [gone] = ids as [string];
  await run((await start({ where: { contacts: [gone] }, action: { delete: true } })).id);
  await within((tx, own) =>
    sql`insert into contacts (workspace_id, id, first_name, created_at, updated_at)
      values (${own}, ${newId()}, 'Ny', now() + interval '1 hour', now())`.execute(tx),
  );
  expect(await run(id, 2)).toMatchObject({
    status: "done",
    done: 6,
    of: 6,
    changed: 5,
    failed: [{ contact_id: gone, reason: "not_found" }],
    failed_count: 1,
  });
  expect(await run(all.id, 2)).toMatchObject({ status: "done", done: 5, changed: 5, failed: [] });
  expect(await remaining()).toBe(1);
});

test("ends with the reason when its list is deleted, and keeps what is done", async () => {
  await make(20);
  const list = await listOf("Regulars");
  const { id } = await start({ where: { all: true }, action: { add_to_list: list.id } });
  const killed = new AbortController();
  let published = 0;
  const liveUpdates = { publish: () => void (++published === 2 && killed.abort(new Error("killed"))) };
  await runBulk({ ...services, liveUpdates }, job(id), killed.signal, 10).catch(() => {});
  await within((tx, own) => deleteList(tx, own, list.id, new Date()));
  expect(await run(id, 10)).toMatchObject({ status: "failed", done: 10, error: { code: "not_found" } });
});

test("a new list needs a name of its own", async () => {
  await make(1);
  const list = await listOf("Regulars");
  const refused = problemOf(start({ where: { all: true }, action: { add_to_list: " REGULARS" } }));
  expect(await refused).toMatchObject({ status: 409, code: "name_taken", field: "name" });
  expect(
    (await routes.bulkChanges({ actor: { workspaceId: workspace.id }, query: { limit: 5 } } as Call<never>)).items,
  ).toEqual([]);
  expect(await members(list.id)).toBe(0);
});

test("refuses what says nothing, two things, or names what is not there", async () => {
  const [own] = (await make(1)) as [string];
  const other = await createTestWorkspace(db);
  const [theirs] = (await make(1, "Ola", other.id)) as [string];
  const theirList = await within((tx, id) => createList(tx, id, "Theirs", new Date()), other.id);
  const remove = { delete: true } as const;
  const refused = (where: BulkInput["where"], action: BulkInput["action"] = remove) =>
    problemOf(start({ where, action }));
  expect(await refused({})).toMatchObject({ status: 422, code: "invalid_where", field: "where", value: [] });
  expect(await refused({ all: true, query: "Ola" })).toMatchObject({ code: "invalid_where", value: ["query", "all"] });
  expect(await refused({ query: "\u200b" })).toMatchObject({ code: "invalid_where", field: "where.query" });
  expect(await refused({ all: true }, {})).toMatchObject({ status: 422, code: "invalid_action", field: "action" });
  expect(await refused({ all: true }, { delete: true, marketing: true })).toMatchObject({ code: "invalid_action" });
  expect(await refused({ contacts: [own, theirs] })).toMatchObject({
    status: 404,
    field: "where.contacts",
    value: theirs,
  });
  expect(await refused({ list: theirList.id })).toMatchObject({ status: 404, value: theirList.id });
  expect(await refused({ all: true }, { add_to_list: theirList.id })).toMatchObject({ status: 404 });
  expect(await refused({ all: true }, { remove_from_list: "Theirs" })).toMatchObject({ status: 404 });
  const { id } = await start({ where: { all: true }, action: remove }, { id: other.id });
  expect(await problemOf(shown(id))).toMatchObject({ status: 404 });
  // Their job changes only their contacts.
  await runBulk(services, { workspace_id: other.id, id }, never);
  expect(await remaining()).toBe(1);
});

test("the same Idempotency-Key begins one change", async () => {
  await make(1);
  const idempotency = { key: "k", fingerprint: "f" };
  const input: BulkInput = { where: { all: true }, action: { add_to_list: "Regulars" } };
  const [first, second] = [await start(input, { idempotency }), await start(input, { idempotency })];
  expect(second).toEqual(first);
});

test("a change without its job gets one again, once nothing was done for a minute", async () => {
  await make(1);
  const { id } = await start({ where: { all: true }, action: { delete: true } });
  const waiting = async () =>
    (await db.asSystem((tx) => payloadsOf<BulkJob>(tx, bulkJob))).filter((each) => each.id === id).length;
  await db.asSystem((tx) =>
    sql`delete from jobs._private_jobs j using jobs._private_tasks t where t.id = j.task_id and t.identifier = ${bulkJob}`.execute(
      tx,
    ),
  );
  expect(await waiting()).toBe(0);
  await runDue([dueBulkChanges(services)]);
  expect(await waiting()).toBe(0);
  await runDue([dueBulkChanges(services)], new Date(Date.now() + 61_000));
  expect(await waiting()).toBe(1);
  await run(id);
  await runDue([dueBulkChanges(services)], new Date(Date.now() + 200_000));
  expect(await waiting()).toBe(1);
});

test("counts exactly what the search finds, with and without a list", async () => {
  const ids = await make(30, "Ola Nordmann");
  await make(5, "Åse");
  const list = await listOf("Regulars");
  await run((await start({ where: { contacts: ids.slice(0, 7) }, action: { add_to_list: list.id } })).id);
  const count = async (query: { query?: string; list?: string }) =>
    (await routes.count({ actor: { workspaceId: workspace.id }, query } as Call<never>)).count;
  expect(await count({})).toBe(35);
  expect(await count({ query: "nord" })).toBe(30);
  expect(await count({ query: "ase" })).toBe(5);
  expect(await count({ query: "ola nordmann", list: list.id })).toBe(7);
  expect(await count({ list: list.id })).toBe(7);
  expect(await count({ query: "nobody" })).toBe(0);
});
