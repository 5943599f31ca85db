/**
 * Does a bulk change: a chunk of contacts in one transaction, which also writes how far it is, so that it goes on there after any
 * interruption.
 *
 * Whoever matches when a chunk is read is changed. The place is an id and not a number of contacts, so that nobody is skipped or
 * met twice when contacts of earlier chunks no longer match, because they were deleted or taken off the list.
 */
import { recordAuditEvent } from "../../accounts/audit-events.ts";
import { appendActivity } from "../../activity/activity.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Db, Tx } from "../../kit/db.ts";
import { notFound, Problem } from "../../kit/errors.ts";
import type { LiveUpdates } from "../../kit/live-updates.ts";
import { countContacts } from "../count-contacts.ts";
import { deleteMembers, insertMembers } from "../lists-store.ts";
import { listNow } from "../lists.ts";
import { searchContacts } from "../search-contacts.ts";
import * as store from "./bulk-store.ts";
import { lockContacts } from "./bulk-store.ts";
import type { BulkJob } from "./start-bulk.ts";

export interface BulkServices {
  db: Db;
  clock: Clock;
  liveUpdates: Pick<LiveUpdates, "publish">;
}

const chunkSize = 1_000;

/** Does what is left of a change. May be called again after any interruption, and by two processes at once. Throws when `signal` is aborted, between two chunks. */
export async function runBulk(
  services: BulkServices,
  { workspace_id: workspaceId, id }: BulkJob,
  signal: AbortSignal,
  atATime = chunkSize,
): Promise<void> {
  const { db, clock, liveUpdates } = services;
  const step = (tx: Tx) => nextStep(tx, workspaceId, id, { at: clock.now(), atATime });
  for (let more = true; more;) {
    signal.throwIfAborted();
    try {
      more = await db.inWorkspace(workspaceId, step);
    } catch (error) {
      // Such as a list that was deleted: trying again would not help.
      if (!(error instanceof Problem)) throw error;
      await db.inWorkspace(workspaceId, (tx) => giveUp(tx, workspaceId, id, error, clock.now()));
      more = false;
    }
    liveUpdates.publish(workspaceId, "bulk", id);
  }
  liveUpdates.publish(workspaceId, "contact", null);
}

/** Counts, or does a chunk; false when nothing is left. */
async function nextStep(
  tx: Tx,
  workspaceId: string,
  id: string,
  { at, atATime }: { at: Date; atATime: number },
): Promise<boolean> {
  const row = await store.lockRunning(tx, workspaceId, id);
  if (!row) return false;
  if (row.total === null) {
    await store.setTotal(tx, workspaceId, id, await countContacts(tx, workspaceId, searchOf(row)), at);
    return true;
  }
  const { ids, reached, more } = await nextContacts(tx, workspaceId, row, atATime);
  const { present, changed } = ids.length > 0 ? await act(tx, workspaceId, row, ids, at) : { present: [], changed: 0 };
  // Who was deleted since a search found them no longer matches; a contact that was named is missing.
  const there = new Set(present);
  const gone = row.contacts && row.action !== "delete" ? ids.filter((each) => !there.has(each)) : [];
  const done = row.contacts ? ids.length : present.length;
  await store.addChunk(tx, workspaceId, row, { reached, done, changed, missing: gone }, at);
  if (more) return true;
  await store.finishBulk(tx, workspaceId, id, { status: "done", error: null, at });
  await recordEnd(tx, workspaceId, id, at, {
    done: row.done + done,
    changed: row.changed + changed,
    failed: row.missing.length + gone.length,
  });
  return false;
}

const searchOf = ({ query, in_list }: store.BulkRow) => ({ query: query ?? undefined, list: in_list ?? undefined });

/** The next contacts; those created after the change was asked for are passed over, so that it ends. */
async function nextContacts(
  tx: Tx,
  workspaceId: string,
  row: store.BulkRow,
  atATime: number,
): Promise<{ ids: string[]; reached: string | null; more: boolean }> {
  const { contacts, reached } = row;
  if (contacts) {
    const from = reached === null ? 0 : contacts.findLastIndex((id) => id <= reached) + 1;
    const ids = contacts.slice(from, from + atATime);
    return { ids, reached: ids.at(-1) ?? reached, more: from + atATime < contacts.length };
  }
  const page = await searchContacts(tx, workspaceId, {
    ...searchOf(row),
    sort: "created_at",
    cursor: reached ?? undefined,
    limit: atATime,
  });
  const ids = page.items.filter((item) => new Date(item.created_at) <= row.created_at).map(({ id }) => id);
  return { ids, reached: page.next_cursor, more: page.next_cursor !== null };
}

/** Changes those of the contacts that are still there. */
async function act(
  tx: Tx,
  workspaceId: string,
  { action, list_id, marketing }: store.BulkRow,
  ids: string[],
  at: Date,
): Promise<{ present: string[]; changed: number }> {
  if (list_id !== null && !(await listNow(tx, workspaceId, list_id))) throw notFound("list", list_id);
  const present = await {
    add_to_list: () => lockContacts(tx, workspaceId, ids, "for share"),
    remove_from_list: () => lockContacts(tx, workspaceId, ids, "for share"),
    delete: () => lockContacts(tx, workspaceId, ids, "for update"),
    marketing: () => lockContacts(tx, workspaceId, ids, "for no key update"),
  }[action]();
  const changed = await {
    add_to_list: () => insertMembers(tx, workspaceId, list_id ?? "", present),
    remove_from_list: () => deleteMembers(tx, workspaceId, list_id ?? "", present),
    delete: async () => {
      await store.deleteContacts(tx, workspaceId, present);
      return present.length;
    },
    marketing: async () => {
      const subjects = await store.setMarketing(tx, workspaceId, present, marketing ?? false, at);
      await appendActivity(tx, workspaceId, at, [{ type: "contact.updated", subjects }]);
      return subjects.length;
    },
  }[action]();
  return { present, changed };
}

async function giveUp(tx: Tx, workspaceId: string, id: string, problem: Problem, at: Date): Promise<void> {
  const row = await store.lockRunning(tx, workspaceId, id);
  if (!row) return;
  const error = { code: problem.code, message: problem.message };
  await store.finishBulk(tx, workspaceId, id, { status: "failed", error, at });
  await recordEnd(tx, workspaceId, id, at, { done: row.done, changed: row.changed, error: problem.code });
}

const recordEnd = (tx: Tx, workspaceId: string, id: string, at: Date, after: Record<string, unknown>) =>
  recordAuditEvent(tx, { workspaceId, at, action: "bulk.finished", target: { type: "bulk", id }, after });
