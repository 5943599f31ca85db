/**
 * Brings a campaign's audience into the ledger: count exactly, reserve, write in chunks. See
 * docs/decisions/campaign-preparation.md for why in three steps.
 *
 * May be called as often as one likes, also by two at once: each step holds the campaign's row and begins where the last
 * commit ended, so a killed preparation goes on and nothing is done twice.
 */
import { sql } from "kysely";
import { usualValidity } from "../../rules/campaign-validity.ts";
import type { Template, TemplateValues } from "../../rules/placeholders.ts";
import { findSubscriptionType, type SubscriptionTypeRow } from "../consent/subscription-types.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import { Problem } from "../kit/errors.ts";
import { whileBeating } from "../kit/heartbeat.ts";
import type { Logger } from "../kit/log.ts";
import type { News } from "../kit/news.ts";
import { type MessageBatch, sendMessages } from "../messages/send-messages.ts";
import type { SuppressionRule } from "../messages/suppress.ts";
import { requireSender, type Sender, standInFor } from "../numbers/senders.ts";
import { quotaExceeded, releaseQuota, reserveQuota } from "../workspaces/quota.ts";
import { getWorkspace, type WorkspaceRow } from "../workspaces/workspace.ts";
import { nextOfAudience } from "./audience.ts";
import { type CampaignRow, parseText, sourceType } from "./campaign.ts";
import * as store from "./campaigns-store.ts";
import { countSegmentsOf } from "./count-segments.ts";
import { faultOf, giveUpCampaign } from "./give-up-campaign.ts";

interface Services {
  db: Db;
  clock: Clock;
  news: Pick<News, "tell">;
  log: Pick<Logger, "error" | "warn">;
  /** Contacts a transaction: enough to be fast, few enough that the quota's row is not held for long. */
  chunk?: number;
}

const chunkSize = 5_000;

/** Prepares a campaign, or goes on with it. Throws what another attempt may mend; of any other fault the campaign ends. */
export async function prepareCampaign(
  services: Services,
  key: { workspace_id: string; id: string },
  signal: AbortSignal,
): Promise<void> {
  // Counting an audience may take minutes: nobody else begins to count meanwhile, and nobody is told that it stands still.
  const worked = { workspaceId: key.workspace_id, id: key.id };
  await whileBeating(services, worked, () => prepareOrGiveUp(services, key, signal));
}

async function prepareOrGiveUp(
  services: Services,
  { workspace_id: workspaceId, id }: { workspace_id: string; id: string },
  signal: AbortSignal,
): Promise<void> {
  const { db, clock, news, log } = services;
  const begun = await db.inWorkspace(workspaceId, async (tx) => {
    const campaign = await store.findCampaign(tx, workspaceId, id);
    if (campaign?.status === "preparing") await store.touchProgress(tx, workspaceId, id, clock.now());
    return campaign;
  });
  if (!begun) return;
  try {
    await prepare(services, begun, signal);
  } catch (error) {
    const fault = faultOf(error);
    if (!fault) throw error;
    log.error({ err: error, campaign: id, workspace: workspaceId }, "a campaign cannot be prepared");
    await giveUpCampaign(services, begun, fault, { size: services.chunk ?? chunkSize, signal });
    news.tell(workspaceId, "campaign", id);
    news.tell(workspaceId, "usage", null);
  }
}

async function prepare(services: Services, begun: CampaignRow, signal: AbortSignal): Promise<void> {
  const { workspace_id: workspaceId, id } = begun;
  if (begun.status === "preparing") await reserve(services, begun);
  services.news.tell(workspaceId, "campaign", id);
  let size = services.chunk ?? chunkSize;
  let wholly = true;
  while (!signal.aborted) {
    const step = await writeChunk(services, workspaceId, id, size, wholly);
    if (step === "done") return;
    if (step !== "too_dear") {
      services.news.tell(workspaceId, "campaign", id);
      continue;
    }
    // The contacts need more than was counted, and there is no more. First those who can still be paid for, one by one
    // in the end; then the others are skips, with that as their reason.
    if (size > 1) size = Math.ceil(size / 10);
    else {
      wholly = false;
      size = services.chunk ?? chunkSize;
    }
  }
  // The program is about to end; whoever takes the job next goes on from here.
  throw new Error("stopped while preparing");
}

interface Prepared {
  campaign: CampaignRow;
  workspace: WorkspaceRow;
  sender: Sender;
  type: SubscriptionTypeRow;
  template: Template;
  rule: SuppressionRule;
}

async function load(tx: Tx, campaign: CampaignRow): Promise<Prepared> {
  const { workspace_id: workspaceId, sender_id, subscription_type_id } = campaign;
  const workspace = await getWorkspace(tx, workspaceId);
  const sender = await requireSender(tx, workspaceId, sender_id);
  if (!subscription_type_id) throw new Error("a campaign that was sent has a subscription type");
  const type = await findSubscriptionType(tx, workspaceId, subscription_type_id);
  const standIn = await standInFor(tx, workspaceId, sender);
  const rule = { workspaceId, class: "marketing" as const, senderId: sender.id, consentBit: type.bit, standIn };
  return { campaign, workspace, sender, type, template: parseText(campaign.text), rule };
}

/** preparing → sending with every segment reserved, or failed with the figures and nothing sent. */
async function reserve({ db, clock, news }: Services, begun: CampaignRow): Promise<void> {
  const { workspace_id: workspaceId, id } = begun;
  const counted = await db.inWorkspace(workspaceId, async (tx) => {
    const { rule, template, workspace, sender, campaign } = await load(tx, begun);
    const constant = { workspace: { name: workspace.name }, sender: { address: sender.address } };
    return countSegmentsOf(tx, rule, campaign, template, constant satisfies TemplateValues);
  });
  await db.inWorkspace(workspaceId, async (tx) => {
    const campaign = await store.lockCampaign(tx, workspaceId, id);
    // It may have failed, been changed and been sent again while this was counting.
    if (campaign?.status !== "preparing" || campaign.sent_at?.getTime() !== begun.sent_at?.getTime()) return;
    const now = clock.now();
    const reserved = await reserveQuota(tx, workspaceId, now, counted.segments);
    if (reserved.ok) {
      const { period_start: periodStart } = reserved;
      await store.startSending(tx, workspaceId, id, { periodStart, ...counted }, now);
    } else {
      const { code, message } = quotaExceeded(reserved);
      await store.failCampaign(tx, workspaceId, id, { code, message: `${message} Nothing was sent.` }, now);
    }
  });
  news.tell(workspaceId, "usage", null);
}

/** The next contacts by id, in one transaction with how far it came. */
async function writeChunk(
  services: Services,
  workspaceId: string,
  id: string,
  size: number,
  wholly: boolean,
): Promise<"written" | "too_dear" | "done"> {
  const { db, clock } = services;
  try {
    return await db.inWorkspace(workspaceId, async (tx) => {
      const campaign = await store.lockCampaign(tx, workspaceId, id);
      if (campaign?.status !== "sending" || campaign.prepared_at || !campaign.period_start) return "done";
      const now = clock.now();
      const prepared = await load(tx, campaign);
      const { to, contacts } = await nextOfAudience(tx, workspaceId, campaign, campaign.prepared_to, size);
      if (to === null) {
        await store.finishPreparing(tx, workspaceId, id, now);
        await releaseQuota(tx, workspaceId, campaign.period_start, campaign.reserved);
        return "done";
      }
      if (!wholly) await releaseQuota(tx, workspaceId, campaign.period_start, campaign.reserved);
      const reserved = wholly ? campaign.reserved : 0;
      const sent = await sendMessages(tx, {
        ...batchOf(prepared, now),
        recipients: { contacts: sql`select unnest(${`{${contacts.join(",")}}`}::uuid[])` },
        quota: wholly
          ? { kind: "reserved", period_start: campaign.period_start, segments: reserved }
          : { kind: "reserve-or-skip" },
      });
      await store.moveOn(tx, workspaceId, id, {
        contact: to,
        reserved: Math.max(0, reserved - sent.segments),
        skipped: Object.values(sent.skipped).reduce((sum, n) => sum + n, 0),
        at: now,
      });
      return "written";
    });
  } catch (error) {
    if (error instanceof Problem && error.code === "quota_exceeded") return "too_dear";
    throw error;
  }
}

function batchOf(
  { campaign, workspace, sender, type, template }: Prepared,
  now: Date,
): Omit<MessageBatch, "recipients" | "quota"> {
  if (!campaign.sent_at) throw new Error("a campaign that is sending was sent at some time");
  return {
    workspace,
    source: { type: sourceType, id: campaign.id, at: campaign.sent_at },
    class: "marketing",
    sender,
    subscription_type: type,
    template,
    opt_out_text: campaign.sent_opt_out_text,
    expires_at: new Date(campaign.sent_at.getTime() + (campaign.validity_seconds ?? usualValidity) * 1_000),
    now,
  };
}
