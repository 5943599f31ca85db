/** Links and clicks of people who are erased, and of messages that are purged. Figures stay as they are. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { firstIdAt } from "../kit/id.ts";
import { inEachWorkspace } from "../kit/in-each-workspace.ts";
import { lockClicks } from "./judge-clicks.ts";

/**
 * Closes the links of messages, and deletes the hits on them. From then on the links answer that they are no longer valid; they keep
 * nothing of the recipient.
 */
export async function closeLinks(tx: Tx, workspaceId: string, messageIds: readonly string[]): Promise<void> {
  if (messageIds.length === 0) return;
  await lockClicks(tx, workspaceId);
  const ids = `{${messageIds.join(",")}}`;
  await sql`
    update short_links set closed = true, url = null
    where workspace_id = ${workspaceId} and message_id = any(${ids}::uuid[])`.execute(tx);
  await sql`delete from clicks where workspace_id = ${workspaceId} and message_id = any(${ids}::uuid[])`.execute(tx);
  // Of some seconds at most; those that are written later find no message.
  await sql`delete from hits where workspace_id = ${workspaceId} and message_id = any(${ids}::uuid[])`.execute(tx);
}

/** Gives the closed links of messages the messages' new ids, so that the old ones are nowhere. */
export async function renameMessagesOfLinks(
  tx: Tx,
  workspaceId: string,
  messages: readonly { id: string; source_id: string | null; new_id: string }[],
): Promise<void> {
  // Named, since they come first in the key of clickers.
  const sources = [...new Set(messages.flatMap((each) => each.source_id ?? []))];
  const ids = `{${messages.map((each) => each.id).join(",")}}`;
  const newIds = `{${messages.map((each) => each.new_id).join(",")}}`;
  await sql`
    update short_links t set message_id = u.new_id from unnest(${ids}::uuid[], ${newIds}::uuid[]) as u (id, new_id)
    where t.workspace_id = ${workspaceId} and t.message_id = any(${ids}::uuid[]) and t.message_id = u.id`.execute(tx);
  await sql`
    update clickers t set message_id = u.new_id from unnest(${ids}::uuid[], ${newIds}::uuid[]) as u (id, new_id)
    where t.workspace_id = ${workspaceId} and t.source_id = any(${sources}::uuid[])
      and t.message_id = any(${ids}::uuid[]) and t.message_id = u.id`.execute(tx);
}

/** Forgets who clicked the links of messages; how many did stays in the figures. */
async function deleteClickers(tx: Tx, workspaceId: string, messageIds: readonly string[]): Promise<void> {
  const ids = `{${messageIds.join(",")}}`;
  // Named, since they come first in the key of clickers.
  const { rows } = await sql<{ source_id: string }>`
    select distinct l.source_id
    from short_links s join links l on l.workspace_id = ${workspaceId} and l.id = s.link_id
    where s.workspace_id = ${workspaceId} and s.message_id = any(${ids}::uuid[])`.execute(tx);
  await sql`
    delete from clickers
    where workspace_id = ${workspaceId} and source_id = any(${rows.map((row) => row.source_id)}::uuid[])
      and message_id = any(${ids}::uuid[])`.execute(tx);
}

/** Closes up to `limit` links of a workspace whose messages are older than `before`, with those alone that have a recipient's values if `own`. */
export async function closeOldLinks(
  tx: Tx,
  workspaceId: string,
  before: Date,
  { own, limit }: { own: boolean; limit: number },
): Promise<number> {
  const { rows } = await sql<{ message_id: string }>`
    select distinct message_id from short_links s
    where s.workspace_id = ${workspaceId} and s.message_id < ${firstIdAt(before)}::uuid and ${
      own
        ? sql`not s.closed and s.url is not null`
        : // One that was closed with its text still has its clicks. OFFSET 0: one index lookup each.
          sql`(not s.closed or exists (select 1 from clicks c
            where c.workspace_id = ${workspaceId} and c.message_id = s.message_id offset 0))`
    }
    limit ${limit}`.execute(tx);
  const ids = rows.map((row) => row.message_id);
  if (own)
    await sql`
      update short_links set closed = true, url = null
      where workspace_id = ${workspaceId} and message_id = any(${ids}::uuid[]) and url is not null`.execute(tx);
  else {
    await closeLinks(tx, workspaceId, ids);
    await deleteClickers(tx, workspaceId, ids);
  }
  return rows.length;
}

/** Deletes up to `limit` links whose messages are older than `before`, in all workspaces: their codes are unknown from then on. */
export async function purgeShortLinks(tx: Tx, before: Date, limit: number): Promise<number> {
  const { rows } = await sql<{ workspace_id: string; message_id: string }>`
    select workspace_id, message_id from short_links where message_id < ${firstIdAt(before)}::uuid limit ${limit}`.execute(
    tx,
  );
  await inEachWorkspace(rows, async (workspaceId, links) => {
    const ids = [...new Set(links.map((row) => row.message_id))];
    await closeLinks(tx, workspaceId, ids);
    await deleteClickers(tx, workspaceId, ids);
    await sql`delete from short_links where workspace_id = ${workspaceId} and message_id = any(${ids}::uuid[])`.execute(
      tx,
    );
  });
  return rows.length;
}
