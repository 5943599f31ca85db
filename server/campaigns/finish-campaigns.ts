/**
 * sending → sent, once the whole audience is in the ledger and nothing of it waits in the queue. Derived from the figures,
 * so no dispatcher has to know of campaigns, and none that dies can leave one unfinished.
 */
import { sql } from "kysely";
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import { heardWithin, silentAfter } from "../kit/heartbeat.ts";
import type { Jobs } from "../kit/jobs.ts";
import type { Logger } from "../kit/log.ts";
import type { News } from "../kit/news.ts";
import { sourceType } from "./campaign.ts";
import { notSent } from "./counts.ts";
import { finishJob, prepareJob } from "./send-campaign.ts";

interface Services {
  db: Db;
  clock: Clock;
  jobs: Jobs;
  news: Pick<News, "tell">;
  log: Pick<Logger, "warn">;
}

const interval = 1_000;
/** A preparation that has not moved for this long, and has no heartbeat, has nobody who works on it. */
const stalledAfter = 30_000;

/** Finishes what can be finished, has stalled preparations go on, and comes again while anything is under way. */
export async function finishCampaigns({ db, clock, jobs, news, log }: Services): Promise<void> {
  const now = clock.now();
  const finished = await db.asSystem((tx) => finish(tx, now));
  for (const { workspace_id, id } of finished) news.tell(workspace_id, "campaign", id);
  await db.asSystem(async (tx) => {
    for (const campaign of await stalled(tx, new Date(now.getTime() - stalledAfter))) {
      log.warn({ campaign: campaign.id, workspace: campaign.workspace_id }, "a stalled campaign is being resumed");
      await resume(tx, jobs, campaign);
    }
    if (await anyUnderWay(tx))
      await jobs.add(tx, finishJob, {}, { key: finishJob, runAt: new Date(now.getTime() + interval) });
  });
}

/** After a start: whatever a process before this one was preparing goes on, unless somebody is heard to be at it. */
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

/** Not wholly in the ledger, without a heartbeat, and not moved since `before`; null: whenever. */
async function stalled(tx: Tx, before: Date | null): Promise<Key[]> {
  const { rows } = await sql<Key>`
    select workspace_id, id from campaigns
    where status in ('preparing', 'sending') and prepared_at is null
      and (${before}::timestamptz is null or progress_at < ${before})`.execute(tx);
  if (rows.length === 0) return rows;
  const heard = await heardWithin(tx, silentAfter);
  return rows.filter(({ id }) => !heard.has(id));
}

async function anyUnderWay(tx: Tx): Promise<boolean> {
  const { rows } = await sql`select 1 from campaigns where status in ('preparing', 'sending') limit 1`.execute(tx);
  return rows.length > 0;
}

/**
 * The figures say cheaply which campaigns can be through, the queue says it for certain. It is in the order of sending, so
 * what is left of a campaign is found at once, and where nothing is left the lane's queue is walked through a single time.
 */
async function finish(tx: Tx, now: Date): Promise<Key[]> {
  const { rows } = await sql<Key>`
    with through as materialized (
      select c.workspace_id, c.id, c.sender_id from campaigns c
      where c.status = 'sending' and c.prepared_at is not null and (
        select coalesce(sum(n) filter (where status = 'queued'), 0) + c.skipped
          <= coalesce(sum(n) filter (where status = 'sent' or status = any(${notSent})), 0)
        from message_counts m
        where m.workspace_id = c.workspace_id and m.source_type = ${sourceType} and m.source_id = c.id)
    )
    update campaigns c set status = 'sent', finished_at = ${now}, updated_at = ${now}
    from through t
    where c.workspace_id = t.workspace_id and c.id = t.id and c.status = 'sending' and not exists (
      select from message_queue q join messages m on m.workspace_id = q.workspace_id and m.id = q.message_id
      where q.workspace_id = t.workspace_id and q.sender_id = t.sender_id and m.source_id = t.id)
    returning c.workspace_id, c.id`.execute(tx);
  return rows;
}
