/**
 * Scheduling: a campaign begins by itself at its moment. Nothing is prepared before: audience, consent and quota are those of that
 * moment.
 *
 * Where each recipient has it at a wall time of their own it begins when the first zone of the audience shows that time; texts for the
 * others are parked. Until then the zones are looked at again each hour, since the audience may change.
 */
import { sql } from "kysely";
import type { Schedule } from "../../contract/campaigns.ts";
import { usualValidity } from "../../rules/campaign-validity.ts";
import { momentIn, zoneOf } from "../../rules/local-moment.ts";
import { recordAuditEvent } from "../accounts/audit-events.ts";
import { placesOfAudience } from "../audience/audience.ts";
import type { Tx } from "../kit/db.ts";
import { type Due, type DueWork, dueInWorkspaces, type Look } from "../kit/due.ts";
import { Problem } from "../kit/errors.ts";
import type { LiveUpdates } from "../kit/live-updates.ts";
import type { Logger } from "../kit/log.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import { readMoment } from "./campaign-moments.ts";
import type { CampaignRow } from "./campaign.ts";
import * as store from "./campaigns-store.ts";
import { alreadySent, getCampaign, lockFor, targetOf } from "./edit-campaign.ts";
import { begin, lockReviewed, reviewFor, type SendServices } from "./send-campaign.ts";

const hour = 3_600_000;

/** Errors of a review that may be gone when the campaign begins. */
const later = ["quota_exceeded", "nobody"];

interface ScheduleInput extends Schedule {
  reviewed?: number | undefined;
}

/**
 * Schedules a draft or failed campaign, or changes a schedule. 422 with the review's errors and for a moment that is none or past, 409
 * where it was sent or changed.
 */
export async function scheduleCampaign(
  services: SendServices,
  workspaceId: string,
  id: string,
  input: ScheduleInput,
): Promise<CampaignRow> {
  const { db, clock } = services;
  const reviewed = await reviewFor(services, workspaceId, id, "schedule", input.reviewed, later);
  return db.inWorkspace(workspaceId, async (tx) => {
    if (!reviewed) throw alreadySent(await getCampaign(tx, workspaceId, id));
    const at = clock.now();
    const begins = readMoment(input, reviewed.workspace.time_zone, at);
    const before = await lockReviewed(tx, reviewed, "schedule");
    await store.setSchedule(tx, workspaceId, id, { begins, local: input.local ? input.at : null, at });
    await recordAuditEvent(tx, {
      workspaceId,
      at,
      action: "campaign.scheduled",
      target: targetOf(before),
      ...(before.scheduled_at && { before: { at: before.scheduled_at.toISOString() } }),
      after: { at: input.local ? input.at : begins.toISOString(), local: input.local },
    });
    return getCampaign(tx, workspaceId, id);
  });
}

/** Makes a scheduled campaign a draft again; 409 once it has begun. */
export async function unscheduleCampaign(
  { db, clock }: SendServices,
  workspaceId: string,
  id: string,
): Promise<CampaignRow> {
  return db.inWorkspace(workspaceId, async (tx) => {
    const at = clock.now();
    const campaign = await lockFor(tx, workspaceId, id, "unschedule");
    await store.clearSchedule(tx, workspaceId, id, at);
    await recordAuditEvent(tx, { workspaceId, at, action: "campaign.unscheduled", target: targetOf(campaign) });
    return getCampaign(tx, workspaceId, id);
  });
}

interface Services extends Pick<SendServices, "db" | "jobs" | "shortLinks"> {
  liveUpdates: Pick<LiveUpdates, "publish">;
  log: Pick<Logger, "warn">;
}

type Key = Due & { id: string };

/** Beginning campaigns whose moment has come, as work by the clock. */
export function dueSchedules(services: Services): DueWork {
  const { liveUpdates } = services;
  return dueInWorkspaces(services, {
    name: "campaigns.begin",
    find: findScheduled,
    claim: async (tx, workspaceId, found, now) => {
      for (const { id } of found) await beginScheduled(services, tx, workspaceId, id, now);
      return found.length;
    },
    perform: (workspaceId, found) => {
      for (const { id } of found) liveUpdates.publish(workspaceId, "campaign", id);
    },
  });
}

async function findScheduled(tx: Tx, { now, except, limit }: Look): Promise<Key[]> {
  const { rows } = await sql<Key>`
    select workspace_id, id, scheduled_at as due_at from campaigns
    where status = 'scheduled' and scheduled_at <= ${now} and workspace_id <> all(${except}::uuid[])
    order by scheduled_at limit ${limit}`.execute(tx);
  return rows;
}

/** scheduled → preparing; failed where it cannot begin or is too late; or looked at again later. */
async function beginScheduled(services: Services, tx: Tx, workspaceId: string, id: string, now: Date): Promise<void> {
  const campaign = await store.lockCampaign(tx, workspaceId, id);
  const { scheduled_at } = campaign ?? {};
  if (campaign?.status !== "scheduled" || !scheduled_at || scheduled_at > now) return;
  const { first, last } = await momentsOfAudience(tx, campaign, scheduled_at);
  if (first > now) {
    await store.postpone(tx, workspaceId, id, new Date(Math.min(first.getTime(), now.getTime() + hour)));
    return;
  }
  // Whoever's clock had passed the time when it was scheduled (which was its last change) gets it at once, and as valid as the others.
  const moment = first > campaign.updated_at ? first : campaign.updated_at;
  const validity = (campaign.validity_seconds ?? usualValidity) * 1_000;
  // Where some zones are over and others are not, the texts of those that are over expire.
  if (Math.max(moment.getTime(), last.getTime()) + validity <= now.getTime()) {
    const message = `It should have begun at ${moment.toISOString()}, but no worker was there until ${now.toISOString()}, when its texts had expired. Nothing was sent.`;
    await store.failCampaign(tx, workspaceId, id, { code: "missed", message }, now);
    return;
  }
  try {
    await begin(services, tx, campaign, { sentAt: moment, at: now, scheduled: true });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    await store.failCampaign(
      tx,
      workspaceId,
      id,
      { code: error.code, message: `${error.message} Nothing was sent.` },
      now,
    );
  }
}

/** When the first and the last of the audience have the campaign's wall time; `scheduled_at` where it is for all at once. */
async function momentsOfAudience(
  tx: Tx,
  campaign: CampaignRow,
  scheduled_at: Date,
): Promise<{ first: Date; last: Date }> {
  const { workspace_id: workspaceId, scheduled_local } = campaign;
  if (scheduled_local === null) return { first: scheduled_at, last: scheduled_at };
  const { time_zone } = await getWorkspace(tx, workspaceId);
  const places = await placesOfAudience(tx, workspaceId, campaign);
  const zones = new Set(places.map((place) => zoneOf(place, time_zone)));
  if (zones.size === 0) zones.add(time_zone);
  const moments = [...zones].map((zone) => momentIn(scheduled_local, zone).getTime());
  return { first: new Date(Math.min(...moments)), last: new Date(Math.max(...moments)) };
}
