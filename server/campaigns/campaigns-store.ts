/** All SQL of the campaigns table. */
import { sql } from "kysely";
import type { CampaignStatus } from "../../contract/campaigns.ts";
import type { AudienceRefs } from "../audience/audience.ts";
import type { Tx } from "../kit/db.ts";
import type { CampaignFault, CampaignRow } from "./campaign.ts";

const campaignsOf = (workspaceId: string) => sql`
  select c.*, s.address as sender_address, t.key as subscription_type_key, t.name as subscription_type_name
  from campaigns c
  left join senders s on s.workspace_id = ${workspaceId} and s.id = c.sender_id
  left join subscription_types t on t.workspace_id = ${workspaceId} and t.id = c.subscription_type_id
  where c.workspace_id = ${workspaceId}`;

export async function findCampaign(tx: Tx, workspaceId: string, id: string): Promise<CampaignRow | undefined> {
  const { rows } = await sql<CampaignRow>`
    ${campaignsOf(workspaceId)} and c.id = ${id}`.execute(tx);
  return rows[0];
}

/** Locks the row until the transaction ends, so that changing, sending and preparing a campaign are serialised. */
export async function lockCampaign(tx: Tx, workspaceId: string, id: string): Promise<CampaignRow | undefined> {
  const { rows } = await sql<CampaignRow>`
    ${campaignsOf(workspaceId)} and c.id = ${id} for no key update of c`.execute(tx);
  return rows[0];
}

/** Campaigns, last changed first, after `before` in that order; found by any part of the name without regard to case and accents. */
export async function listCampaigns(
  tx: Tx,
  workspaceId: string,
  filter: { query?: string; status?: CampaignStatus; before?: { at: Date; id: string } | undefined },
  limit: number,
): Promise<CampaignRow[]> {
  const { query, status, before } = filter;
  const { rows } = await sql<CampaignRow>`
    ${campaignsOf(workspaceId)}
    ${query ? sql`and strpos(fold(c.name), fold(${query})) > 0` : sql``}
    ${status ? sql`and c.status = ${status}` : sql``}
    ${before ? sql`and (c.updated_at, c.id) < (${before.at}::timestamptz, ${before.id}::uuid)` : sql``}
    order by c.updated_at desc, c.id desc limit ${limit}`.execute(tx);
  return rows;
}

/** The fields of a campaign that a person edits. */
export interface Draft {
  name: string;
  text: string;
  sender_id: string | null;
  subscription_type_id: string | null;
  include: AudienceRefs;
  exclude: AudienceRefs;
  opt_out_text: boolean;
  shorten_links: boolean;
  validity_seconds: number | null;
}

export async function insertDraft(
  tx: Tx,
  row: Draft & { workspace_id: string; id: string; created_by: string | null; created_by_name: string; at: Date },
): Promise<void> {
  await sql`
    insert into campaigns (workspace_id, id, name, status, text, sender_id, subscription_type_id, include, exclude,
      opt_out_text, shorten_links, validity_seconds, created_by, created_by_name, changed_by, changed_by_name, created_at, updated_at)
    values (${row.workspace_id}, ${row.id}, ${row.name}, 'draft', ${row.text}, ${row.sender_id},
      ${row.subscription_type_id}, ${JSON.stringify(row.include)}::jsonb, ${JSON.stringify(row.exclude)}::jsonb,
      ${row.opt_out_text}, ${row.shorten_links},
      ${row.validity_seconds}, ${row.created_by}, ${row.created_by_name}, ${row.created_by}, ${row.created_by_name},
      ${row.at}, ${row.at})`.execute(tx);
}

/** Updates a row that is locked and known to be unsent. */
export async function updateDraft(
  tx: Tx,
  workspaceId: string,
  id: string,
  draft: Draft,
  by: { userId: string | null; name: string },
  at: Date,
): Promise<void> {
  await sql`
    update campaigns set name = ${draft.name}, text = ${draft.text}, sender_id = ${draft.sender_id},
      subscription_type_id = ${draft.subscription_type_id}, include = ${JSON.stringify(draft.include)}::jsonb,
      exclude = ${JSON.stringify(draft.exclude)}::jsonb, opt_out_text = ${draft.opt_out_text},
      shorten_links = ${draft.shorten_links},
      validity_seconds = ${draft.validity_seconds}, revision = revision + 1, updated_at = ${at},
      changed_by = ${by.userId}, changed_by_name = ${by.name}
    where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

export async function deleteDraft(tx: Tx, workspaceId: string, id: string): Promise<void> {
  await sql`
    delete from campaigns where workspace_id = ${workspaceId} and id = ${id} and status in ('draft', 'failed')`.execute(
    tx,
  );
}

/** draft, failed or scheduled → preparing, of a locked row. Clears an earlier attempt. */
export async function startPreparing(
  tx: Tx,
  workspaceId: string,
  id: string,
  start: { senderId: string; optOutText: string | null; sentAt: Date; at: Date; scheduled: boolean },
): Promise<void> {
  const kept = sql.raw(start.scheduled ? "scheduled_at = scheduled_at" : "scheduled_at = null, scheduled_local = null");
  await sql`
    update campaigns set ${kept}, status = 'preparing', sender_id = ${start.senderId}, sent_opt_out_text = ${start.optOutText},
      sent_at = ${start.sentAt}, updated_at = ${start.at}, progress_at = ${start.at}, error = null, finished_at = null,
      period_start = null, planned = null, skipped = 0, reserved = 0, prepared_to = null, prepared_at = null
    where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

/** draft, failed or scheduled → scheduled, of a locked row. */
export async function setSchedule(
  tx: Tx,
  workspaceId: string,
  id: string,
  schedule: { begins: Date; local: string | null; at: Date },
): Promise<void> {
  await sql`
    update campaigns set status = 'scheduled', scheduled_at = ${schedule.begins}, scheduled_local = ${schedule.local},
      error = null, finished_at = null, updated_at = ${schedule.at}
    where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

/** Looks at a scheduled campaign again at another moment, of a locked row. */
export async function postpone(tx: Tx, workspaceId: string, id: string, begins: Date): Promise<void> {
  await sql`
    update campaigns set scheduled_at = ${begins} where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

/** scheduled → draft, of a locked row. */
export async function clearSchedule(tx: Tx, workspaceId: string, id: string, at: Date): Promise<void> {
  await sql`
    update campaigns set status = 'draft', scheduled_at = null, scheduled_local = null, updated_at = ${at}
    where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

/** Another status of a locked row. */
export async function setStatus(
  tx: Tx,
  workspaceId: string,
  id: string,
  status: "preparing" | "sending" | "paused" | "cancelled",
  at: Date,
): Promise<void> {
  await sql`
    update campaigns set status = ${status}, progress_at = ${at}, updated_at = ${at}
    where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

/** Ends the preparation of a locked row that is cancelled: nothing more is written, and nothing reserved. */
export async function endPreparation(tx: Tx, workspaceId: string, id: string, at: Date): Promise<void> {
  await sql`
    update campaigns set prepared_at = coalesce(prepared_at, ${at}), reserved = 0
    where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

/** preparing → sending, with its reservation. */
export async function startSending(
  tx: Tx,
  workspaceId: string,
  id: string,
  reserved: { periodStart: Date; segments: number; recipients: number },
  at: Date,
): Promise<void> {
  await sql`
    update campaigns set status = 'sending', period_start = ${reserved.periodStart}, reserved = ${reserved.segments},
      planned = ${reserved.recipients}, progress_at = ${at}, updated_at = ${at}
    where workspace_id = ${workspaceId} and id = ${id} and status = 'preparing'`.execute(tx);
}

/** preparing, sending or scheduled → failed, of a locked row. Only while nothing was written, so that it can be changed and sent again. */
export async function failCampaign(
  tx: Tx,
  workspaceId: string,
  id: string,
  error: CampaignFault,
  at: Date,
): Promise<void> {
  await sql`
    update campaigns set status = 'failed', error = ${JSON.stringify(error)}::jsonb, finished_at = ${at}, updated_at = ${at},
      period_start = null, planned = null, reserved = 0
    where workspace_id = ${workspaceId} and id = ${id} and status in ('preparing', 'sending', 'scheduled')
      and prepared_to is null`.execute(tx);
}

/** Records why the rest of the audience is skipped. */
export async function setError(tx: Tx, workspaceId: string, id: string, error: CampaignFault): Promise<void> {
  await sql`
    update campaigns set error = ${JSON.stringify(error)}::jsonb
    where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

/** Records that a chunk is in the ledger. */
export async function moveOn(
  tx: Tx,
  workspaceId: string,
  id: string,
  to: { contact: string; reserved: number; skipped: number; at: Date },
): Promise<void> {
  await sql`
    update campaigns set prepared_to = ${to.contact}, reserved = ${to.reserved}, skipped = skipped + ${to.skipped},
      progress_at = ${to.at}
    where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

/** Records that the whole audience is in the ledger and that the unused reservation is released. */
export async function finishPreparing(tx: Tx, workspaceId: string, id: string, at: Date): Promise<void> {
  await sql`
    update campaigns set prepared_at = ${at}, reserved = 0, progress_at = ${at}, updated_at = ${at}
    where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

/** The heartbeat of a count, which takes seconds for a million contacts. */
export async function touchProgress(tx: Tx, workspaceId: string, id: string, at: Date): Promise<void> {
  await sql`
    update campaigns set progress_at = ${at} where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

/** The first of `ids` that is not a list of the workspace. */
export async function firstUnknownList(tx: Tx, workspaceId: string, ids: string[]): Promise<string | undefined> {
  if (ids.length === 0) return undefined;
  const { rows } = await sql<{ id: string }>`
    select given.id from unnest(${ids}::uuid[]) with ordinality as given (id, n)
    where not exists (select from lists l where l.workspace_id = ${workspaceId} and l.id = given.id)
    order by n limit 1`.execute(tx);
  return rows[0]?.id;
}

/** The first of `ids` that is not a contact of the workspace. */
export async function firstUnknownContact(tx: Tx, workspaceId: string, ids: string[]): Promise<string | undefined> {
  if (ids.length === 0) return undefined;
  // OFFSET 0: each id is looked up in the index, instead of a join that may read all contacts for each.
  const { rows } = await sql<{ id: string }>`
    select given.id from unnest(${ids}::uuid[]) with ordinality as given (id, n)
    where not exists (select from contacts c where c.workspace_id = ${workspaceId} and c.id = given.id offset 0)
    order by n limit 1`.execute(tx);
  return rows[0]?.id;
}
