import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { instantOf } from "../kit/id.ts";

/** A hit on a link of a contact, as an export shows it. */
export interface ExportedClick {
  id: string;
  at: string;
  message_id: string;
  url: string;
  user_agent: string;
  verdict: string | null;
  reason: string | null;
}

/** Hits on links in the contact's texts, after `after` in the order of their time. */
export async function exportClicks(
  tx: Tx,
  workspaceId: string,
  contactId: string,
  after: string,
  limit: number,
): Promise<ExportedClick[]> {
  const { rows } = await sql<Omit<ExportedClick, "at">>`
    select c.id, c.message_id, coalesce(s.url, l.url) as url, c.user_agent, c.verdict, c.reason
    from clicks c
    join links l on l.workspace_id = ${workspaceId} and l.id = c.link_id
    left join short_links s on s.workspace_id = ${workspaceId} and s.message_id = c.message_id and s.link_id = c.link_id
    where c.workspace_id = ${workspaceId} and c.contact_id = ${contactId} and c.id > ${after}::uuid
    order by c.id limit ${limit}`.execute(tx);
  return rows.map((row) => ({ ...row, at: instantOf(row.id).toISOString() }));
}
