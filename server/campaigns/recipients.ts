/** A campaign's recipients in pages, in the order of their message ids. */
import { type RawBuilder, sql } from "kysely";
import type { RecipientView } from "../../contract/campaigns.ts";
import { cut, readCursor, writeCursor } from "../kit/cursor.ts";
import type { Tx } from "../kit/db.ts";
import { clickedMessages } from "../links/link-figures.ts";
import { endedByReceipt } from "../messages/dispatch/unrecorded.ts";
import { type MessageRow, messageColumns, presentMessage } from "../messages/present-message.ts";
import { entriesOf, notDelivered, notSent } from "./counts.ts";
import { getCampaign } from "./edit-campaign.ts";

/**
 * Each view as a condition on `messages m`. A submitted message has `sent_at`, whatever its later status; a receipt may be
 * recorded before it.
 */
const conditions: Record<RecipientView, RawBuilder<boolean>> = {
  all: sql`true`,
  sent: sql`(m.sent_at is not null or ${endedByReceipt})`,
  not_sent: sql`m.sent_at is null and m.status in ('skipped', 'cancelled', 'failed', 'expired') and not ${endedByReceipt}`,
  not_delivered: sql`m.status in ('undelivered', 'failed', 'expired') and (m.sent_at is not null or ${endedByReceipt})`,
  delivered: sql`m.status = 'delivered'`,
  // Of those whose links were clicked, which are found first.
  clicked: sql`true`,
};

/** The statuses that messages of the view have entered: if the counts show none, the ledger need not be searched. */
const entered: Record<RecipientView, readonly string[] | null> = {
  all: null,
  sent: ["sent"],
  not_sent: notSent,
  not_delivered: notDelivered,
  delivered: ["delivered"],
  clicked: null,
};

/** One page of a view. 404 when there is no such campaign. */
export async function listRecipients(
  tx: Tx,
  workspaceId: string,
  id: string,
  { view, cursor, limit }: { view: RecipientView; cursor?: string; limit: number },
) {
  await getCampaign(tx, workspaceId, id);
  const after = cursor === undefined ? null : (readCursor(cursor, view, 1)[0] ?? null);
  const known = entered[view];
  if (known) {
    const entries = (await entriesOf(tx, workspaceId, [id])).get(id) ?? {};
    if (!known.some((status) => (entries[status] ?? 0) > 0)) return { items: [], next_cursor: null };
  }
  const clicked = view === "clicked" ? await clickedMessages(tx, workspaceId, id, after, limit + 1) : null;
  const { rows } = await sql<MessageRow & { contact_name: string | null }>`
    select ${messageColumns(workspaceId)}, nullif(concat_ws(' ', c.first_name, c.last_name), '') as contact_name
    from (
      select * from messages m
      where m.workspace_id = ${workspaceId} and m.source_id = ${id} and ${conditions[view]}
        ${clicked === null ? sql`` : sql`and m.id = any(${clicked}::uuid[])`}
        ${after === null ? sql`` : sql`and m.id > ${after}::uuid`}
      order by m.id limit ${limit + 1}
    ) m
    left join senders s on s.workspace_id = ${workspaceId} and s.id = m.sender_id
    -- OFFSET 0: one index lookup each, however few contacts the planner expects.
    left join lateral (select first_name, last_name from contacts
      where workspace_id = ${workspaceId} and id = m.contact_id offset 0) c on true
    order by m.id`.execute(tx);
  const page = cut(rows, limit, (row) => writeCursor(view, row.id));
  return {
    ...page,
    items: page.items.map((row) => ({ ...presentMessage(row), contact_name: row.contact_name })),
  };
}
