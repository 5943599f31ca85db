/** Who gets a campaign and who does not, by name: a page of its audience, and one contact's case. */
import { sql } from "kysely";
import type { AudienceMember } from "../../contract/campaigns.ts";
import { type AudienceView, explainContact, listAudience } from "../audience/list-audience.ts";
import { capRule, type SuppressionRule } from "../audience/suppress.ts";
import { everySender } from "../consent/every-sender.ts";
import { findSubscriptionType } from "../consent/subscription-types.ts";
import { readCursor, writeCursor } from "../kit/cursor.ts";
import type { Tx } from "../kit/db.ts";
import { notFound } from "../kit/errors.ts";
import { firstIdAt } from "../kit/id.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import { type CampaignRow, isUnsent } from "./campaign.ts";
import { entriesOf } from "./counts.ts";
import { getCampaign } from "./edit-campaign.ts";
import { senderOf } from "./review-campaign.ts";

/** One page of the audience as it is now. 404 when there is no such campaign; nobody while it has no subscription type. */
export async function listCampaignAudience(
  tx: Tx,
  workspaceId: string,
  id: string,
  { cursor, limit, ...view }: AudienceView & { cursor?: string; limit: number },
  now: Date,
): Promise<{ items: AudienceMember[]; next_cursor: string | null }> {
  const campaign = await getCampaign(tx, workspaceId, id);
  const order = `${view.view}:${view.reason ?? ""}`;
  const from = cursor === undefined ? null : (readCursor(cursor, order, 1)[0] ?? null);
  if (campaign.subscription_type_id === null) return { items: [], next_cursor: null };
  const { items, after } = await listAudience(tx, await ruleAt(tx, campaign, now), campaign, view, from, limit);
  return { items, next_cursor: after && writeCursor(order, after) };
}

/** What a contact's case is, as the API answers it. */
interface Explanation {
  will: boolean;
  reason: string | null;
  message_id: string | null;
}

/** Why a contact gets the campaign or not. 404 for a campaign or a contact that the workspace does not have. */
export async function explainCampaign(
  tx: Tx,
  workspaceId: string,
  id: string,
  contact: string,
  at: Date,
): Promise<Explanation> {
  const campaign = await getCampaign(tx, workspaceId, id);
  const now = await explainContact(tx, await ruleAt(tx, campaign, at), campaign, contact);
  if (!now) throw notFound("contact", contact);
  if (isUnsent(campaign.status)) return { ...now, message_id: null };
  const message = await findMessage(tx, campaign, contact);
  if (message) {
    const { message_id, sent, status } = message;
    const reason = message.reason ?? (status === "cancelled" ? "cancelled" : null);
    const waits = status === "queued" || status === "submitted";
    return { will: sent || waits, reason, message_id };
  }
  const unprepared = campaign.prepared_at === null || campaign.status === "cancelled";
  if (unprepared && now.will && campaign.status === "cancelled")
    return { will: false, reason: "cancelled", message_id: null };
  if (unprepared) return { ...now, message_id: null };
  if (await isPurged(tx, campaign)) return { will: false, reason: "purged", message_id: null };
  return { will: false, reason: now.reason === "excluded" ? "excluded" : "not_in_audience", message_id: null };
}

/** The conditions of a moment. Without a subscription type no consent is asked for: the review says that one is missing. */
async function ruleAt(tx: Tx, campaign: CampaignRow, at: Date): Promise<SuppressionRule> {
  const { workspace_id: workspaceId, subscription_type_id } = campaign;
  const { sender, fallback } = await senderOf(tx, campaign);
  const type = subscription_type_id === null ? null : await findSubscriptionType(tx, workspaceId, subscription_type_id);
  return {
    workspaceId,
    class: "marketing",
    senderId: sender?.id ?? everySender,
    consentBit: type?.bit ?? null,
    fallback,
    cap: capRule(await getWorkspace(tx, workspaceId), campaign.id, at),
  };
}

interface Outcome {
  message_id: string;
  status: string;
  reason: string | null;
  sent: boolean;
}

async function findMessage(tx: Tx, campaign: CampaignRow, contact: string): Promise<Outcome | undefined> {
  if (!campaign.sent_at) return undefined;
  const { rows } = await sql<Outcome>`
    select m.id as message_id, m.status, m.reason,
      (m.sent_at is not null or m.status in ('sent', 'delivered', 'undelivered')) as sent
    from messages m
    where m.workspace_id = ${campaign.workspace_id} and m.contact_id = ${contact} and m.source_id = ${campaign.id}
      and m.id >= ${firstIdAt(campaign.sent_at)}::uuid
    order by m.id limit 1`.execute(tx);
  return rows[0];
}

/** Whether it had messages and none is left: they are as old as each other, so that they go together. */
async function isPurged(tx: Tx, { workspace_id: workspaceId, id }: CampaignRow): Promise<boolean> {
  const entered = (await entriesOf(tx, workspaceId, [id])).get(id) ?? {};
  if (!Object.values(entered).some((n) => (n ?? 0) > 0)) return false;
  const { rows } = await sql`
    select 1 from messages m where m.workspace_id = ${workspaceId} and m.source_id = ${id} limit 1`.execute(tx);
  return rows.length === 0;
}
