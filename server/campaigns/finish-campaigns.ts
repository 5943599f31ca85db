/**
 * sending → sent, once the whole audience is in the ledger and none of its messages is queued. Derived from the counts, so that
 * dispatchers need not know of campaigns, and a killed one cannot leave one unfinished.
 */
import { sql } from "kysely";
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import { aliveWithin, silentAfter } from "../kit/heartbeat.ts";
import { inEachWorkspace } from "../kit/in-each-workspace.ts";
import type { Jobs } from "../kit/jobs.ts";
import type { LiveUpdates } from "../kit/live-updates.ts";
import type { Logger } from "../kit/log.ts";
import { sourceType } from "./campaign.ts";
import { notSent } from "./counts.ts";
import { finishJob, prepareJob } from "./send-campaign.ts";

interface Services {
  db: Db;
  clock: Clock;
  jobs: Jobs;
  liveUpdates: Pick<LiveUpdates, "publish">;
  log: Pick<Logger, "warn">;
}

const interval = 1_000;
/** A preparation without progress or heartbeat for this long is worked on by no process, in ms. */
const stalledAfter = 30_000;

/** Finishes campaigns, resumes stalled preparations, and adds itself again while any campaign is in progress. */
export async function finishCampaigns({ db, clock, jobs, liveUpdates, log }: Services): Promise<void> {
  const now = clock.now();
  const finished = await db.asSystem((tx) => finish(tx, now));
  for (const { workspace_id, id } of finished) liveUpdates.publish(workspace_id, "campaign", id);
  await db.asSystem(async (tx) => {
    for (const campaign of await stalled(tx, new Date(now.getTime() - stalledAfter))) {
      log.warn({ campaign: campaign.id, workspace: campaign.workspace_id }, "a stalled campaign is being resumed");
      await resume(tx, jobs, campaign);
    }
    if (await anyUnderWay(tx))
      await jobs.add(tx, finishJob, {}, { key: finishJob, runAt: new Date(now.getTime() + interval) });
  });
}

/** Run after a start: resumes the preparations of earlier processes, except those with a heartbeat. */
export async function resumeCampaigns({ db, jobs }: Pick<Services, "db" | "jobs">): Promise<void> {
  await db.asSystem(async (tx) => {
    for (const campaign of await stalled(tx, null)) await resume(tx, jobs, campaign);
    await jobs.add(tx, finishJob, {}, { key: finishJob });
  });
}

interface Key {
  workspace_id: string;
  id: string;
}

function resume(tx: Tx, jobs: Jobs, { workspace_id, id }: Key): Promise<void> {
  return jobs.add(tx, prepareJob, { workspace_id, id }, { key: `${prepareJob}:${id}` });
}

/** Campaigns not wholly in the ledger, without a heartbeat, and without progress since `before`; null: at any time. */
async function stalled(tx: Tx, before: Date | null): Promise<Key[]> {
  const { rows } = await sql<Key>`
    select workspace_id, id from campaigns
    where status in ('preparing', 'sending') and prepared_at is null
      and (${before}::timestamptz is null or progress_at < ${before})`.execute(tx);
  if (rows.length === 0) return rows;
  const heard = await aliveWithin(tx, silentAfter);
  return rows.filter(({ id }) => !heard.has(id));
}

async function anyUnderWay(tx: Tx): Promise<boolean> {
  const { rows } = await sql`select 1 from campaigns where status in ('preparing', 'sending') limit 1`.execute(tx);
  return rows.length > 0;
}

/**
 * The counts show cheaply which campaigns may be finished, and the queue decides. The queue is in the order of sending, so that a
 * campaign's remaining messages are found at once; where there are none the lane's queue is read through once.
 */
async function finish(tx: Tx, now: Date): Promise<Key[]> {
  const finished: Key[] = [];
  await inEachWorkspace(await findThrough(tx), async (workspaceId, campaigns) => {
    for (const { id, sender_id } of campaigns) {
      const { rows } = await sql<Key>`
        update campaigns c set status = 'sent', finished_at = ${now}, updated_at = ${now}
        where c.workspace_id = ${workspaceId} and c.id = ${id} and c.status = 'sending' and not exists (
          select 1 from message_queue q
          where q.workspace_id = ${workspaceId} and q.sender_id = ${sender_id}
            -- OFFSET 0: one index lookup each, however few texts the planner expects.
            and exists (select 1 from messages m
              where m.workspace_id = ${workspaceId} and m.id = q.message_id and m.source_id = ${id} offset 0))
        returning c.workspace_id, c.id`.execute(tx);
      finished.push(...rows);
    }
  });
  return finished;
}

/** Campaigns that are in the ledger as a whole, and of whose messages by the counts none waits. */
async function findThrough(tx: Tx): Promise<(Key & { sender_id: string | null })[]> {
  const { rows } = await sql<Key & { sender_id: string | null }>`
    select c.workspace_id, c.id, c.sender_id from campaigns c
    where c.status = 'sending' and c.prepared_at is not null and (
      select coalesce(sum(n) filter (where status = 'queued'), 0) + c.skipped
        <= coalesce(sum(n) filter (where status = 'sent' or status = any(${notSent})), 0)
      from message_counts m
      where m.workspace_id = c.workspace_id and m.source_type = ${sourceType} and m.source_id = c.id)`.execute(tx);
  return rows;
}
