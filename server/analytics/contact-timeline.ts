/**
 * A contact's SMS history, newest first: texts both ways by the contact's id, consent from the ledger, STOP and START by the
 * contact's numbers, so that those from before the contact was created are included.
 */
import { type RawBuilder, sql } from "kysely";
import type { TimelineEntry } from "../../contract/contacts.ts";
import { requireContact } from "../contacts/contacts.ts";
import { cut, readMoment, writeCursor } from "../kit/cursor.ts";
import type { Tx } from "../kit/db.ts";
import { firstIdAt } from "../kit/id.ts";

interface EntryRow {
  id: string;
  kind: TimelineEntry["kind"];
  at: Date;
  text: string | null;
  detail: string | null;
  source_type: string | null;
  source_id: string | null;
  source_name: string | null;
  looks_like_opt_out: boolean;
}

/** One page; 404 when the workspace has no such contact. */
export async function contactTimeline(
  tx: Tx,
  workspaceId: string,
  contactId: string,
  paging: { cursor?: string | undefined; limit: number },
): Promise<{ items: TimelineEntry[]; next_cursor: string | null }> {
  const contact = await requireContact(tx, workspaceId, contactId);
  const before = paging.cursor ? readMoment(paging.cursor, "timeline") : null;
  const limit = paging.limit + 1;
  const older = before ? sql`where (at, id) < (${before.at}, ${before.id}::uuid)` : sql``;
  const { rows } = await sql<EntryRow>`
    with entries as (
      (${messageEntries(workspaceId, contactId, before, limit)})
      union all
      select e.id, case when e.granted then 'consent_granted' else 'consent_withdrawn' end, e.at, e.evidence, t.name,
        'consent', null, e.source, false
      from consent_events e
      join subscription_types t on t.workspace_id = ${workspaceId} and t.id = e.subscription_type_id
      where e.workspace_id = ${workspaceId} and e.contact_id = ${contactId}
      union all
      (${clickEntries(workspaceId, contactId, before, limit)})
      union all
      select id, case when opted_out then 'opted_out' else 'opted_in' end, at, evidence, source, null, null, null, false
      from opt_out_events
      where workspace_id = ${workspaceId} and number in (${contact.mobile}, ${contact.phone})
    )
    select * from entries ${older} order by at desc, id desc limit ${limit}`.execute(tx);
  const page = cut(rows, paging.limit, (row) => writeCursor("timeline", row.at.toISOString(), row.id));
  return { items: page.items.map(present), next_cursor: page.next_cursor };
}

/** A message's time is the one within its id, which is also the order of the index, so only one page is read. */
function messageEntries(
  workspaceId: string,
  contactId: string,
  before: { at: Date; id: string } | null,
  limit: number,
): RawBuilder<unknown> {
  return sql`
    select m.id, case m.status when 'received' then 'message_received' when 'skipped' then 'message_skipped'
        else 'message_sent' end as kind,
      ${timeWithin(sql`m.id`)} as at,
      nullif(m.text, '') as text, case when m.status = 'skipped' then m.reason else m.status::text end as detail, case when c.id is null then 'message' else 'campaign' end as source_type,
      coalesce(c.id, m.id) as source_id, c.name as source_name,
      m.status = 'received' and m.reason is not distinct from 'stop_perhaps' as looks_like_opt_out
    from messages m
    left join campaigns c on m.source_type = 'campaign' and c.workspace_id = ${workspaceId} and c.id = m.source_id
    where m.workspace_id = ${workspaceId} and m.contact_id = ${contactId} ${olderThan(sql`m.id`, before)}
    order by m.id desc limit ${limit}`;
}

/** A person's clicks, as those that count do. */
function clickEntries(
  workspaceId: string,
  contactId: string,
  before: { at: Date; id: string } | null,
  limit: number,
): RawBuilder<unknown> {
  return sql`
    select k.id, 'link_clicked' as kind, ${timeWithin(sql`k.id`)} as at, null as text, l.url as detail, l.source_type,
      l.source_id, c.name as source_name, false as looks_like_opt_out
    from clicks k
    join links l on l.workspace_id = ${workspaceId} and l.id = k.link_id
    left join campaigns c on l.source_type = 'campaign' and c.workspace_id = ${workspaceId} and c.id = l.source_id
    where k.workspace_id = ${workspaceId} and k.contact_id = ${contactId} and k.verdict = 'human'
      ${olderThan(sql`k.id`, before)}
    order by k.id desc limit ${limit}`;
}

/** The instant within an id. */
const timeWithin = (id: RawBuilder<unknown>) =>
  sql`to_timestamp(('x' || substr(replace(${id}::text, '-', ''), 1, 12))::bit(48)::bigint / 1000.0)::timestamptz(3)`;

function olderThan(id: RawBuilder<unknown>, before: { at: Date; id: string } | null): RawBuilder<unknown> {
  if (!before) return sql``;
  return sql`and ${id} < ${firstIdAt(new Date(before.at.getTime() + 1))}
    and (${id} < ${firstIdAt(before.at)} or ${id} < ${before.id})`;
}

function present(row: EntryRow): TimelineEntry {
  return {
    id: row.id,
    kind: row.kind,
    at: row.at.toISOString(),
    text: row.text,
    detail: row.detail,
    looks_like_opt_out: row.looks_like_opt_out,
    source: row.source_type ? { type: row.source_type, id: row.source_id, name: row.source_name } : null,
  };
}
