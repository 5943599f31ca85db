import fc from "fast-check";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { addContacts } from "../../testing/pipeline.ts";
import { runs } from "../../testing/runs.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import type { Tx } from "../kit/db.ts";
import { deleteContact } from "./contacts.ts";
import { sumListKinds } from "./list-kinds.ts";
import { addMembers, createList, deleteList, removeMembers } from "./lists.ts";

const { db } = await testDatabase({ max: 8 });
const going = new AbortController().signal;

/** The counts of all lists, as stored and as counted. */
async function figures(workspaceId: string) {
  return db.inWorkspace(workspaceId, async (tx) => {
    const kept = await sql<{ n: number }>`
      select list_id, mobile_kind, phone_kind, marketing, sms_consents, sum(n)::bigint as n from list_kinds
      where workspace_id = ${workspaceId} group by 1, 2, 3, 4, 5 having sum(n) <> 0 order by 1, 2, 3, 4, 5`.execute(tx);
    const counted = await sql<{ n: number }>`
      select m.list_id, c.mobile_kind, c.phone_kind, c.marketing, c.sms_consents, count(*) as n
      from list_members m join contacts c on c.workspace_id = m.workspace_id and c.id = m.contact_id
      where m.workspace_id = ${workspaceId} group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5`.execute(tx);
    return { kept: kept.rows, counted: counted.rows };
  });
}

async function expectExact(workspaceId: string) {
  const { kept, counted } = await figures(workspaceId);
  expect(kept).toEqual(counted);
  return counted;
}

const few = fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 5 });
const list = fc.integer({ min: 0, max: 2 });
const step = fc.oneof(
  fc.record({ do: fc.constant("add" as const), list, who: few }),
  fc.record({ do: fc.constant("remove" as const), list, who: few }),
  fc.record({
    do: fc.constant("change" as const),
    who: few,
    consents: fc.integer({ min: 0, max: 3 }),
    marketing: fc.boolean(),
  }),
  fc.record({ do: fc.constant("delete" as const), who: fc.integer({ min: 0, max: 7 }) }),
  fc.record({ do: fc.constant("delete list" as const), list }),
  fc.record({ do: fc.constant("sum" as const), most: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ do: fc.constant("purge_counts" as const) }),
);

test("property: after any changes of contacts and lists, the counts by kind are those of the members", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 20 }), async (steps) => {
      const { id: workspaceId } = await createTestWorkspace(db);
      const now = new Date();
      const contacts = await addContacts(
        db,
        workspaceId,
        Array.from({ length: 8 }, (_, i) => ({ mobile: i % 3 === 0 ? null : `+479100000${i}` })),
      );
      const lists: string[] = [];
      for (const name of ["a", "b", "c"])
        lists.push((await db.inWorkspace(workspaceId, (tx) => createList(tx, workspaceId, name, now))).id);
      const there = (who: readonly number[]) => who.flatMap((i) => contacts[i] || []);
      const does = (work: (tx: Tx) => Promise<unknown>) => db.inWorkspace(workspaceId, work);
      for (const each of steps) {
        if (each.do === "add" && lists[each.list]) {
          await does((tx) => addMembers(tx, workspaceId, lists[each.list] as string, there(each.who), now));
        } else if (each.do === "remove" && lists[each.list]) {
          await does((tx) => removeMembers(tx, workspaceId, lists[each.list] as string, there(each.who), now));
        } else if (each.do === "change") {
          await does((tx) =>
            sql`update contacts set sms_consents = ${each.consents}, marketing = ${each.marketing}
              where workspace_id = ${workspaceId} and id = any (${there(each.who)}::uuid[])`.execute(tx),
          );
        } else if (each.do === "delete" && contacts[each.who]) {
          await does((tx) => deleteContact(tx, workspaceId, contacts[each.who] as string, now));
          contacts[each.who] = "";
        } else if (each.do === "delete list" && lists[each.list]) {
          await does((tx) => deleteList(tx, workspaceId, lists[each.list] as string, now));
          lists[each.list] = "";
        } else if (each.do === "sum") await sumListKinds(db, going, each.most);
        else if (each.do === "purge_counts") {
          // Like lists that are older than the counts.
          await does((tx) => sql`update lists set kinds_known = false where workspace_id = ${workspaceId}`.execute(tx));
          await does((tx) => sql`delete from list_kinds where workspace_id = ${workspaceId}`.execute(tx));
          await sumListKinds(db, going);
        }
        const { kept, counted } = await figures(workspaceId);
        expect(kept).toEqual(counted);
      }
    }),
    { numRuns: runs(15, 400) },
  );
});

test("a contact that is added to a list while its kind changes is counted by its new kind", async () => {
  const { id: workspaceId } = await createTestWorkspace(db);
  const contacts = await addContacts(db, workspaceId, [{ mobile: "+4791000001" }]);
  const now = new Date();
  const { id: listId } = await db.inWorkspace(workspaceId, (tx) => createList(tx, workspaceId, "a", now));
  const change = (tx: Tx, consents: number) =>
    sql`update contacts set sms_consents = ${consents} where workspace_id = ${workspaceId}`.execute(tx);
  const add = (tx: Tx) => addMembers(tx, workspaceId, listId, contacts, now);
  const remove = (tx: Tx) => removeMembers(tx, workspaceId, listId, contacts, now);
  /** The second begins when the first has finished but not committed, and waits for it. */
  const concurrently = async (first: (tx: Tx) => Promise<unknown>, second: (tx: Tx) => Promise<unknown>) => {
    const { promise: waits, resolve } = Promise.withResolvers<unknown>();
    let other: Promise<unknown> = Promise.resolve();
    await db.inWorkspace(workspaceId, async (tx) => {
      await first(tx);
      other = db.inWorkspace(workspaceId, async (tx) => {
        const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
        resolve(rows[0]?.pid);
        await second(tx);
      });
      const pid = await waits;
      await expect
        .poll(() =>
          db.pool.query("select cardinality(pg_blocking_pids($1)) as blocked_by", [pid]).then(({ rows }) => rows),
        )
        .toEqual([{ blocked_by: 1 }]);
    });
    await other;
    return expectExact(workspaceId);
  };
  expect(await concurrently(add, (tx) => change(tx, 1))).toMatchObject([{ sms_consents: 1, n: 1 }]);
  expect(await concurrently(remove, (tx) => change(tx, 2))).toEqual([]);
  expect(await concurrently((tx) => change(tx, 3), add)).toMatchObject([{ sms_consents: 3, n: 1 }]);
  expect(await concurrently((tx) => change(tx, 0), remove)).toEqual([]);
});

test("the difference that a contact's change leaves for a list deleted at the same time is deleted", async () => {
  const { id: workspaceId } = await createTestWorkspace(db);
  const contacts = await addContacts(db, workspaceId, [{ mobile: "+4791000001" }]);
  const now = new Date();
  const { id: listId } = await db.inWorkspace(workspaceId, async (tx) => {
    const list = await createList(tx, workspaceId, "a", now);
    await addMembers(tx, workspaceId, list.id, contacts, now);
    return list;
  });
  await db.inWorkspace(workspaceId, async (tx) => {
    await sql`update contacts set sms_consents = 7 where workspace_id = ${workspaceId}`.execute(tx);
    await db.inWorkspace(workspaceId, (other) => deleteList(other, workspaceId, listId, now));
  });
  const left = async () =>
    (
      await db.inWorkspace(workspaceId, (tx) =>
        sql`select from list_kinds where workspace_id = ${workspaceId}`.execute(tx),
      )
    ).rows.length;
  expect(await left()).toBeGreaterThan(0);
  await sumListKinds(db, going);
  expect(await left()).toBe(0);
});

test.each([{ known: true }, { known: false }])(
  "a contact that changes while its list is counted is counted once, whether or not the list was before: $known",
  async ({ known }) => {
    const { id: workspaceId } = await createTestWorkspace(db);
    const contacts = await addContacts(db, workspaceId, [{ mobile: "+4791000001" }, { mobile: "+4791000002" }]);
    const now = new Date();
    await db.inWorkspace(workspaceId, async (tx) => {
      const { id: listId } = await createList(tx, workspaceId, "a", now);
      await addMembers(tx, workspaceId, listId, contacts, now);
      await sql`update lists set kinds_known = ${known} where workspace_id = ${workspaceId}`.execute(tx);
    });
    let counted: Promise<void> = Promise.resolve();
    await db.inWorkspace(workspaceId, async (tx) => {
      const { rows } = await sql<{ pid: number }>`
        select pg_backend_pid() as pid from list_kinds where workspace_id = ${workspaceId} for update`.execute(tx);
      counted = sumListKinds(db, going, 0);
      // It has counted, and waits to delete the differences that it counted.
      await expect
        .poll(() =>
          db.pool
            .query("select count(*) as n from pg_stat_activity where $1 = any(pg_blocking_pids(pid))", [rows[0]?.pid])
            .then((found) => found.rows),
        )
        .toEqual([{ n: 1 }]);
      await db.inWorkspace(workspaceId, (other) =>
        sql`update contacts set sms_consents = 5 where workspace_id = ${workspaceId} and id = ${contacts[0]}`.execute(
          other,
        ),
      );
    });
    await counted;
    expect(await expectExact(workspaceId)).toMatchObject([
      { sms_consents: 1, n: 1 },
      { sms_consents: 5, n: 1 },
    ]);
  },
);
