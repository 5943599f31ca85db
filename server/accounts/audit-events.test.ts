/** The database itself keeps the log append-only; only old events are purged. */
import { sql } from "kysely";
import { expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { deleteOldAuditEvents, selectAuditEvents } from "./audit-events-store.ts";
import { recordAuditEvent, recordChange } from "./audit-events.ts";

const { db } = await testDatabase();
const { id: workspaceId } = await createTestWorkspace(db);
const other = await createTestWorkspace(db);
const day = 24 * 3_600_000;
const everything = { from: null, to: null, who: null, actions: null };
const read = () =>
  db.inWorkspace(workspaceId, (tx) => selectAuditEvents(tx, workspaceId, everything, { before: null, limit: 100 }));

/** Stores an event so many days old. */
const old = async (days: number, workspace = workspaceId) => {
  const at = new Date(Date.now() - days * day);
  const id = newId(at);
  await db.inWorkspace(workspace, (tx) =>
    sql`
      insert into audit_events (workspace_id, id, at, actor_type, actor_name, action)
      values (${workspace}, ${id}, ${at}, 'system', 'Varsla', 'workspace.updated')`.execute(tx),
  );
  return id;
};

test("no role can update, delete or truncate it, in any scope", async () => {
  await old(1);
  const before = await read();
  const statements = [
    sql`update audit_events set actor_name = 'somebody else'`,
    sql`delete from audit_events`,
    sql`truncate audit_events`,
  ];
  for (const statement of statements) {
    await expect(db.inWorkspace(workspaceId, (tx) => statement.execute(tx))).rejects.toThrow(
      /append-only|permission denied/,
    );
    await expect(db.asSystem((tx) => statement.execute(tx))).rejects.toThrow(/append-only|permission denied/);
  }
  // The setting that allows purging does not allow it for events younger than a year.
  await expect(
    db.asSystem(async (tx) => {
      await sql`set local varsla.aging_audit = 'on'`.execute(tx);
      await sql`set local varsla.erasing = 'on'`.execute(tx);
      await sql`delete from audit_events`.execute(tx);
    }),
  ).rejects.toThrow("append-only");
  expect(await read()).toEqual(before);
});

test("old events are purged in chunks, within their workspace, and none of the last year", async () => {
  const [kept, first, second] = [await old(300), await old(500), await old(400)];
  const theirs = await old(500, other.id);
  const drop = (days: number, limit: number) =>
    db.inWorkspace(workspaceId, (tx) =>
      deleteOldAuditEvents(tx, workspaceId, new Date(Date.now() - days * day), limit),
    );
  expect(await drop(30, 1)).toBe(1);
  expect((await read()).map(({ id }) => id)).not.toContain(first);
  expect(await drop(30, 100)).toBe(1);
  expect(await drop(30, 100)).toBe(0);
  const left = (await read()).map(({ id }) => id);
  expect(left).toContain(kept);
  expect(left).not.toContain(second);
  const ofOther = await db.inWorkspace(other.id, (tx) =>
    selectAuditEvents(tx, other.id, everything, { before: null, limit: 100 }),
  );
  expect(ofOther.map(({ id }) => id)).toContain(theirs);
});

test("an event is stored if and only if its transaction commits; outside of a request its actor is the system", async () => {
  const target = { type: "list", id: newId(), name: "x" };
  await expect(
    db.inWorkspace(workspaceId, async (tx) => {
      await recordAuditEvent(tx, { workspaceId, at: new Date(), action: "list.created", target });
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
  expect((await read()).filter(({ action }) => action === "list.created")).toEqual([]);
  const at = new Date(Date.now() + 60_000); // by the caller's clock
  await db.inWorkspace(workspaceId, (tx) => recordAuditEvent(tx, { workspaceId, at, action: "list.created", target }));
  expect((await read())[0]).toMatchObject({
    at: at.toISOString(),
    action: "list.created",
    ip: null,
    actor: { type: "system", id: null },
  });
});

test("of a hidden field the log says only that it changed", async () => {
  const event = { workspaceId, at: new Date(), action: "webhook.updated", target: { type: "webhook" } } as const;
  await db.inWorkspace(workspaceId, (tx) =>
    recordChange(tx, event, { url: "https://a/secret", on: true }, { url: "https://b/secret", on: false }, ["url"]),
  );
  expect((await read())[0]).toMatchObject({ before: { on: true }, after: { on: false, url: "changed" } });
  expect(JSON.stringify(await read())).not.toContain("secret");
});
