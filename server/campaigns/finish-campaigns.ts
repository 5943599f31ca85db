/**
 * sending → sent, once the whole audience is in the ledger and none of its messages is queued. Derived from the counts, so that
 * dispatchers need not know of campaigns, and a killed one cannot leave one unfinished.
 */
import { sql } from "kysely";
import { appendOne } from "../activity/activity.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import { type Due, type DueWork, dueInWorkspaces, type Look } from "../kit/due.ts";
import { aliveWithin, silentAfter } from "../kit/heartbeat.ts";
import type { Jobs } from "../kit/jobs.ts";
import type { LiveUpdates } from "../kit/live-updates.ts";
import type { Logger } from "../kit/log.ts";
import type { ShortLinks } from "../links/short-links.ts";
import { deleteHold } from "../messages/hold-source.ts";
import { sourceType } from "./campaign.ts";
import { notSent } from "./counts.ts";
import { dueSchedules } from "./schedule-campaign.ts";
import { addPreparation } from "./send-campaign.ts";

interface Services {
  db: Db;
  clock: Clock;
  jobs: Jobs;
  liveUpdates: Pick<LiveUpdates, "publish">;
  log: Pick<Logger, "warn">;
  shortLinks: ShortLinks;
}

/** A preparation without progress or heartbeat for this long is worked on by no process, in ms. */
const stalledAfter = 30_000;

/**
 * What becomes due with campaigns: beginning scheduled ones, finishing those of which nothing waits, and resuming stalled preparations. A campaign that stays
 * unfinished has an alert of its own.
 */
export function dueCampaigns(services: Services): DueWork[] {
  const { jobs, liveUpdates, log } = services;
  return [
    dueInWorkspaces(services, {
      name: "campaigns.finish",
      find: findThrough,
      claim: async (tx, workspaceId, found, now) => {
        for (const { id, sender_id } of found) await finish(tx, workspaceId, id, sender_id, now);
        return found.length;
      },
      perform: (workspaceId, found) => {
        for (const { id } of found) liveUpdates.publish(workspaceId, "campaign", id);
      },
      silent: true,
    }),
    dueSchedules(services),
    dueInWorkspaces(services, {
      name: "campaigns.resume",
      every_ms: stalledAfter / 6,
      find: (tx, { now }) => stalled(tx, new Date(now.getTime() - stalledAfter)),
      claim: async (tx, workspaceId, found) => {
        for (const campaign of found) {
          log.warn({ campaign: campaign.id, workspace: workspaceId }, "a stalled campaign is being resumed");
          await addPreparation(jobs, tx, campaign);
        }
        return found.length;
      },
      silent: true,
    }),
  ];
}

/** Run after a start: resumes the preparations of earlier processes, except those with a heartbeat. */
export async function resumeCampaigns({ db, jobs }: Pick<Services, "db" | "jobs">): Promise<void> {
  await db.asSystem(async (tx) => {
    for (const campaign of await stalled(tx, null)) await addPreparation(jobs, tx, campaign);
  });
}

interface Key {
  workspace_id: string;
  id: string;
}

/** Campaigns not wholly in the ledger, without a heartbeat, and without progress since `before`; null: at any time. */
async function stalled(tx: Tx, before: Date | null): Promise<(Key & Due)[]> {
  const { rows } = await sql<Key & Due>`
    select workspace_id, id, progress_at as due_at from campaigns
    where status in ('preparing', 'sending') and prepared_at is null
      and (${before}::timestamptz is null or progress_at < ${before})`.execute(tx);
  if (rows.length === 0) return rows;
  const heard = await aliveWithin(tx, silentAfter);
  return rows.filter(({ id }) => !heard.has(id));
}

/**
 * sending → sent, and a cancelled campaign has its last outcome. The counts show cheaply which campaigns may be finished, and the queue decides. The queue is in the order of
 * sending, so that a campaign's remaining messages are found at once; where there are none the lane's queue is read through once.
 */
async function finish(tx: Tx, workspaceId: string, id: string, senderId: string | null, now: Date): Promise<void> {
  const { rows } = await sql<{ status: string }>`
    update campaigns c set status = case when status = 'sending' then 'sent' else status end, finished_at = ${now},
      updated_at = ${now}
    where c.workspace_id = ${workspaceId} and c.id = ${id} and c.status in ('sending', 'cancelled') and c.finished_at is null and not exists (
      select 1 from message_queue q
      where q.workspace_id = ${workspaceId} and q.sender_id = ${senderId}
        -- OFFSET 0: one index lookup each, however few texts the planner expects.
        and exists (select 1 from messages m
          where m.workspace_id = ${workspaceId} and m.id = q.message_id and m.source_id = ${id} offset 0))
      and not exists (select 1 from parked_messages p where p.workspace_id = ${workspaceId} and p.source_id = ${id})
    returning c.status`.execute(tx);
  if (rows[0]?.status === "cancelled") await deleteHold(tx, { workspace_id: workspaceId, source_id: id });
  if (rows[0]?.status === "sent") await appendOne(tx, workspaceId, now, "campaign.sent", id);
}

/** Campaigns that are in the ledger as a whole, and of whose messages by the counts none waits. Since when is not known. */
async function findThrough(
  tx: Tx,
  { now, except, limit }: Look,
): Promise<(Key & Due & { sender_id: string | null })[]> {
  const { rows } = await sql<Key & Due & { sender_id: string | null }>`
    select c.workspace_id, c.id, c.sender_id, ${now}::timestamptz as due_at from campaigns c
    where (c.status = 'sending' or c.status = 'cancelled' and c.finished_at is null) and c.prepared_at is not null and c.workspace_id <> all(${except}::uuid[]) and (
      select coalesce(sum(n) filter (where status = 'queued'), 0) + c.skipped
        <= coalesce(sum(n) filter (where status = 'sent' or status = any(${notSent})), 0)
      from message_counts m
      where m.workspace_id = c.workspace_id and m.source_type = ${sourceType} and m.source_id = c.id)
    order by c.prepared_at limit ${limit}`.execute(tx);
  return rows;
}
