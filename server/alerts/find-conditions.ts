/**
 * The finder of each kind: one set-based query over the installation, and the details of new conditions only. It reads other
 * rooms' tables and writes none of them.
 */
import { sql } from "kysely";
import type { CarrierState } from "../carriers/carrier.ts";
import type { Tx } from "../kit/db.ts";
import { aliveWithin, silentAfter } from "../kit/heartbeat.ts";
import { quarantined } from "../messages/dispatch/queue-store.ts";
import type { Condition, ParamsOf, WatchedKind } from "./alert.ts";
import { isConnected, reportValidFor } from "./carrier-health.ts";
import { findErrorJumps } from "./find-error-jumps.ts";
import { findQuotaSkips } from "./find-quota-skips.ts";
import { findStalledLanes } from "./find-stalled-lanes.ts";
import { recordSuspects } from "./suspects-store.ts";

const second = 1_000;
const minute = 60 * second;
/** Connections break and recover; one that is not up for so long is down. */
const downFor = 30 * second;
/** A preparation makes progress with each chunk, and is resumed after 30 seconds without progress and heartbeat. */
const preparingFor = 30 * second;
const unfinishedFor = 10 * minute;
/** So much of a lane's queue is searched for a campaign's texts; in a longer queue some of them may still wait. */
const maxSearched = 10_000;

/** Returns the conditions that hold at `at`; those whose subject is in `open` need no params. */
export type Finder = (tx: Tx, at: Date, open: ReadonlySet<string>) => Promise<Condition[]>;

const before = (at: Date, milliseconds: number) => new Date(at.getTime() - milliseconds);

const findCarriersDown: Finder = async (tx, at, open) => {
  const reportedSince = before(at, reportValidFor);
  const down = sql`
    select c.workspace_id, c.id::text as subject, '' as mark from carriers c
    where c.enabled and not ${isConnected(at)}`;
  const suspects = await recordSuspects(tx, "carrier_down", down, at, before(at, downFor));
  const fresh = suspects.filter(({ workspace_id, subject }) => !open.has(`${workspace_id} ${subject}`));
  const { rows } = await sql<{
    id: string;
    name: string;
    state: CarrierState["state"] | null;
    last_error: string | null;
  }>`
    select c.id, c.name, s.state, s.last_error
    from carriers c left join lateral (
      select state, last_error from carrier_states
      where workspace_id = c.workspace_id and carrier_id = c.id and updated_at > ${reportedSince}
      order by last_error_at desc nulls last limit 1) s on true
    where c.workspace_id = any(${fresh.map((each) => each.workspace_id)}::uuid[])
      and c.id = any(${fresh.map((each) => each.subject)}::uuid[])`.execute(tx);
  const details = new Map(rows.map((row) => [row.id, row]));
  return suspects.map(({ workspace_id, subject, since }) => {
    const row = details.get(subject);
    const params: ParamsOf<"carrier_down"> = {
      carrier: { id: subject, name: row?.name ?? "" },
      since: since.toISOString(),
      reason: row?.state ? "down" : "no_worker",
      last_error: row?.last_error ?? null,
    };
    return { workspace_id, subject, params };
  });
};

/**
 * A campaign is stalled when its preparation makes no progress, or when it is prepared and none of its texts is left to submit
 * in its lane's queue, but it does not end. In between, a stall is its lane's. The ids of a campaign's texts all begin with the
 * time it was sent at, see docs/decisions/message-ids.md.
 */
const findStalledCampaigns: Finder = async (tx, at) => {
  const quiet = before(at, unfinishedFor);
  const { rows } = await sql<{
    workspace_id: string;
    id: string;
    name: string;
    since: Date;
    reason: ParamsOf<"campaign_stalled">["reason"];
  }>`
    select workspace_id, id, name, coalesce(progress_at, updated_at) as since, 'preparing' as reason from campaigns
    where status in ('preparing', 'sending') and prepared_at is null
      and coalesce(progress_at, updated_at) < ${before(at, preparingFor)}
    union all
    select c.workspace_id, id, name, prepared_at, 'unfinished' from campaigns c
      cross join lateral (select lpad(to_hex(floor(extract(epoch from c.sent_at) * 1000)::bigint), 12, '0') as time) s
    where status = 'sending' and prepared_at < ${quiet}
      and not exists (select from message_counts m
        where m.workspace_id = c.workspace_id and m.source_type = 'campaign' and m.source_id = c.id and m.minute > ${quiet})
      and not exists (select from parked_messages p where p.workspace_id = c.workspace_id and p.source_id = c.id)
      and not (select count(*) > ${maxSearched} or coalesce(bool_or(w.time = s.time), false) from (
        select left(translate(message_id::text, '-', ''), 12) as time from message_queue q
        where q.workspace_id = c.workspace_id and q.sender_id = c.sender_id and q.priority < ${quarantined}
        order by q.priority, q.seq limit ${maxSearched + 1}) w)`.execute(tx);
  // Counting a large audience makes no progress for minutes, but its heartbeat shows that it runs.
  const alive = rows.some(({ reason }) => reason === "preparing") ? await aliveWithin(tx, silentAfter) : new Set();
  const stalled = rows.filter(({ id, reason }) => reason !== "preparing" || !alive.has(id));
  return stalled.map(({ workspace_id, id, name, since, reason }) => {
    const params: ParamsOf<"campaign_stalled"> = { campaign: { id, name }, since: since.toISOString(), reason };
    return { workspace_id, subject: id, params };
  });
};

/** All members see alerts, so only the URL's origin is shown: its path may contain a secret. */
const findDisabledWebhooks: Finder = async (tx) => {
  const { rows } = await sql<{
    workspace_id: string;
    id: string;
    url: string;
    since: Date;
    last_error: string | null;
  }>`
    select workspace_id, id, url, coalesce(failing_since, disabled_at) as since, last_error
    from webhooks where disabled_at is not null and not enabled`.execute(tx);
  return rows.map(({ workspace_id, id, url, since, last_error }) => {
    const params: ParamsOf<"webhook_disabled"> = {
      webhook: { id, url: new URL(url).origin },
      since: since.toISOString(),
      last_error,
    };
    return { workspace_id, subject: id, params };
  });
};

/** Texts that look like a STOP and wait for a person to decide: their senders believe to have opted out. */
const findPossibleOptOuts: Finder = async (tx) => {
  const { rows } = await sql<{ workspace_id: string; since: Date; waiting: number }>`
    select workspace_id, min(at) as since, count(*) as waiting from possible_opt_outs group by workspace_id`.execute(
    tx,
  );
  return rows.map(({ workspace_id, since, waiting }) => {
    const params: ParamsOf<"possible_opt_outs"> = { since: since.toISOString(), waiting };
    return { workspace_id, subject: workspace_id, params };
  });
};

/** What was done about quiet hours without anybody asking, until somebody decides. */
const findQuietHours: Finder = async (tx) => {
  const { rows } = await sql<{ workspace_id: string; enabled: boolean; reason: ParamsOf<"quiet_hours">["reason"] }>`
    select workspace_id, quiet_hours as enabled, quiet_hours_notice as reason
    from workspaces where quiet_hours_notice is not null`.execute(tx);
  return rows.map(({ workspace_id, enabled, reason }) => {
    const params: ParamsOf<"quiet_hours"> = { enabled, reason };
    return { workspace_id, subject: workspace_id, params };
  });
};

export const finders: Record<Exclude<WatchedKind, "work_overdue">, Finder> = {
  carrier_down: findCarriersDown,
  lane_stalled: findStalledLanes,
  campaign_stalled: findStalledCampaigns,
  error_rate: findErrorJumps,
  quota_skipped: findQuotaSkips,
  webhook_disabled: findDisabledWebhooks,
  possible_opt_outs: findPossibleOptOuts,
  quiet_hours: findQuietHours,
};
