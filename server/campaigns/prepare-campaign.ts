/**
 * Writes a campaign's audience to the ledger: counts exactly, reserves quota, writes in chunks. See
 * docs/decisions/campaign-preparation.md for the reasons.
 *
 * May be called any number of times, also by two processes at once: each step locks the campaign's row and begins where the last
 * commit ended, so that a killed preparation is resumed and nothing is done twice.
 */
import { sql } from "kysely";
import { usualValidity } from "../../rules/campaign-validity.ts";
import type { Template, TemplateValues } from "../../rules/placeholders.ts";
import { nextOfAudience } from "../audience/audience.ts";
import { countSegmentsOf } from "../audience/count-segments.ts";
import { capRule, readFull, type SuppressionRule } from "../audience/suppress.ts";
import { findSubscriptionType, type SubscriptionTypeRow } from "../consent/subscription-types.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import { Problem } from "../kit/errors.ts";
import { withHeartbeat } from "../kit/heartbeat.ts";
import type { LiveUpdates } from "../kit/live-updates.ts";
import type { Logger } from "../kit/log.ts";
import type { ShortLinks } from "../links/short-links.ts";
import type { MessageBatch } from "../messages/send/batch.ts";
import { lockMarketing, sendMessages } from "../messages/send/send-messages.ts";
import { quotaExceeded, releaseQuota, reserveQuota } from "../quota/quota.ts";
import { requireSender, type Sender, fallbackSenderOf } from "../senders/senders.ts";
import { getWorkspace, type WorkspaceRow } from "../workspaces/workspace.ts";
import { momentsOf } from "./campaign-moments.ts";
import { type CampaignRow, parseText, sourceType } from "./campaign.ts";
import * as store from "./campaigns-store.ts";
import { faultOf, giveUpCampaign } from "./give-up-campaign.ts";

interface Services {
  db: Db;
  clock: Clock;
  liveUpdates: Pick<LiveUpdates, "publish">;
  shortLinks: ShortLinks;
  log: Pick<Logger, "error" | "warn">;
  /** Contacts per transaction: enough to be fast, few enough that the quota's row is not locked for long. */
  chunk?: number;
}

const chunkSize = 5_000;

/** Prepares a campaign, or resumes its preparation. Throws errors that a retry may fix; any other error ends the campaign. */
export async function prepareCampaign(
  services: Services,
  key: { workspace_id: string; id: string },
  signal: AbortSignal,
): Promise<void> {
  // Counting an audience may take minutes. The heartbeat keeps other processes from counting it too, and an alert from being raised.
  const worked = { workspaceId: key.workspace_id, id: key.id };
  await withHeartbeat(services, worked, () => prepareOrGiveUp(services, key, signal));
}

async function prepareOrGiveUp(
  services: Services,
  { workspace_id: workspaceId, id }: { workspace_id: string; id: string },
  signal: AbortSignal,
): Promise<void> {
  const { db, clock, liveUpdates, log } = services;
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
    liveUpdates.publish(workspaceId, "campaign", id);
    liveUpdates.publish(workspaceId, "usage", null);
  }
}

async function prepare(services: Services, begun: CampaignRow, signal: AbortSignal): Promise<void> {
  const { workspace_id: workspaceId, id } = begun;
  if (begun.status === "preparing") await reserve(services, begun);
  services.liveUpdates.publish(workspaceId, "campaign", id);
  let size = services.chunk ?? chunkSize;
  let wholly = true;
  while (!signal.aborted) {
    const step = await writeChunk(services, workspaceId, id, size, wholly);
    if (step === "done") return;
    if (step !== "too_dear") {
      services.liveUpdates.publish(workspaceId, "campaign", id);
      continue;
    }
    // The contacts need more segments than were counted, and no more are left. Chunks become smaller until the rest of the quota
    // is used, down to single contacts; the others are skipped with that reason.
    if (size > 1) size = Math.ceil(size / 10);
    else {
      wholly = false;
      size = services.chunk ?? chunkSize;
    }
  }
  // The process is shutting down; the process that takes the job next resumes here.
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

async function load(tx: Tx, campaign: CampaignRow, shortLinks: ShortLinks, now: Date): Promise<Prepared> {
  const { workspace_id: workspaceId, sender_id, subscription_type_id } = campaign;
  const workspace = await getWorkspace(tx, workspaceId);
  const sender = await requireSender(tx, workspaceId, sender_id);
  if (!subscription_type_id) throw new Error("a campaign that was sent has a subscription type");
  const type = await findSubscriptionType(tx, workspaceId, subscription_type_id);
  const fallback = await fallbackSenderOf(tx, workspaceId, sender);
  const cap = capRule(workspace, campaign.id, now);
  const rule = { workspaceId, class: "marketing" as const, senderId: sender.id, consentBit: type.bit, fallback, cap };
  return { campaign, workspace, sender, type, template: parseText(campaign, shortLinks), rule };
}

/** preparing → sending with every segment reserved, or failed with the figures and nothing sent. */
async function reserve({ db, clock, liveUpdates, shortLinks }: Services, begun: CampaignRow): Promise<void> {
  const { workspace_id: workspaceId, id } = begun;
  const prepared = await db.inWorkspace(workspaceId, (tx) => load(tx, begun, shortLinks, clock.now()));
  const { rule, template, workspace, sender } = prepared;
  if (rule.cap) rule.cap.full = await readFull(db, workspaceId, rule.cap);
  const constant = {
    workspace: { name: workspace.name },
    sender: { address: sender.address },
    preferences_link: shortLinks.preferences.standIn,
  };
  const counted = await db.inWorkspace(workspaceId, (tx) =>
    countSegmentsOf(tx, rule, prepared.campaign, template, constant satisfies TemplateValues),
  );
  await db.inWorkspace(workspaceId, async (tx) => {
    const campaign = await store.lockCampaign(tx, workspaceId, id);
    // The campaign may have failed, been changed and been sent again during the count.
    if (campaign?.status !== "preparing" || campaign.sent_at?.getTime() !== begun.sent_at?.getTime()) return;
    const now = clock.now();
    // A review keeps an empty one from being sent; a scheduled one meets its audience only now.
    if (counted.recipients === 0 && campaign.scheduled_at) {
      const message = "Nobody of its audience could get it when it was to begin. Nothing was sent.";
      await store.failCampaign(tx, workspaceId, id, { code: "nobody", message }, now);
      return;
    }
    const reserved = await reserveQuota(tx, workspaceId, now, counted.segments);
    if (reserved.ok) {
      const { period_start: periodStart } = reserved;
      await store.startSending(tx, workspaceId, id, { periodStart, ...counted }, now);
    } else {
      const { code, message } = quotaExceeded(reserved);
      await store.failCampaign(tx, workspaceId, id, { code, message: `${message} Nothing was sent.` }, now);
    }
  });
  liveUpdates.publish(workspaceId, "usage", null);
}

/** Writes the next contacts by id, in one transaction with the progress. */
async function writeChunk(
  services: Services,
  workspaceId: string,
  id: string,
  size: number,
  wholly: boolean,
): Promise<"written" | "too_dear" | "done"> {
  const { db, clock, shortLinks } = services;
  try {
    return await db.inWorkspace(workspaceId, async (tx) => {
      const campaign = await store.lockCampaign(tx, workspaceId, id);
      if (campaign?.status !== "sending" || campaign.prepared_at || !campaign.period_start) return "done";
      const now = clock.now();
      const prepared = await load(tx, campaign, shortLinks, now);
      const { to, contacts } = await nextOfAudience(tx, workspaceId, campaign, campaign.prepared_to, size);
      if (to === null) {
        await store.finishPreparing(tx, workspaceId, id, now);
        await releaseQuota(tx, workspaceId, campaign.period_start, campaign.reserved);
        return "done";
      }
      if (!wholly) {
        // The door takes this lock before the quota's row, which is locked here already.
        if (prepared.rule.cap) await lockMarketing(tx, workspaceId);
        await releaseQuota(tx, workspaceId, campaign.period_start, campaign.reserved);
      }
      const reserved = wholly ? campaign.reserved : 0;
      const sent = await sendMessages(tx, {
        ...batchOf(prepared, now),
        short_links: shortLinks,
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
  const moments = momentsOf(campaign, workspace.time_zone);
  return {
    workspace,
    source: { type: sourceType, id: campaign.id, at: campaign.sent_at },
    class: "marketing",
    sender,
    subscription_type: type,
    template,
    opt_out_text: campaign.sent_opt_out_text,
    expires_at: new Date(campaign.sent_at.getTime() + (campaign.validity_seconds ?? usualValidity) * 1_000),
    ...(moments && { moment: moments }),
    now,
  };
}
