/** All SQL of lanes: who holds one, whether there is work in it, and waking whoever serves it. */
import { sql } from "kysely";
import type { SenderKind } from "../../contract/senders.ts";
import type { Tx } from "../kit/db.ts";

/** A lane with what is needed to serve it. */
export interface LaneRow {
  workspace_id: string;
  sender_id: string;
  address: string;
  kind: SenderKind;
  /** The sender's own connection; null: the sandbox. */
  carrier_id: string | null;
  /** Those that stand in, by the recipient's country or *; null: none do. */
  routes: Record<string, string[]> | null;
  rate_per_second: number | null;
  next_at: Date | null;
  /** Whoever had it before left batches whose outcome is not recorded. */
  unsettled: boolean;
}

/** Where dispatchers listen; the payload is `workspace sender`. */
export const laneChannel = "varsla_lanes";

/**
 * A query of the lane's mark that keeps it as it is until the transaction ends. Whoever puts rows into the queue reads it
 * in the same statement, as `lane`, together with `wokenLane`.
 *
 * The key-share lock is what makes `clearLane` safe: it waits for, or is waited for by, whoever adds work, but neither
 * lease renewals nor other senders do.
 */
export const laneMark = (workspaceId: string, senderId: string) => sql<{ has_work: boolean }>`
  select has_work from lanes where workspace_id = ${workspaceId}::uuid and sender_id = ${senderId}::uuid for key share`;

/**
 * Marks the lane if `lane` says that it is idle, and wakes whoever will serve it. Only then, because transactions that
 * NOTIFY commit one after the other in the whole database cluster.
 */
export const wokenLane = (workspaceId: string, senderId: string) => sql`
  insert into lanes (workspace_id, sender_id, has_work)
  select ${workspaceId}::uuid, ${senderId}::uuid, true where not coalesce((select has_work from lane), false)
  on conflict (workspace_id, sender_id) do update set has_work = true
  returning pg_notify(${laneChannel}, ${`${workspaceId} ${senderId}`})`;

/**
 * Takes up to `count` free lanes that have work and whose time has come, the one served least recently first. The order is
 * that of the index lanes_work, so that a thousand waiting lanes are not sorted for each few.
 */
export async function leaseLanes(
  tx: Tx,
  lease: { worker: string; seconds: number; now: Date },
  count: number,
): Promise<LaneRow[]> {
  const { rows } = await sql<Omit<LaneRow, "unsettled">>`
    with free as (
      select workspace_id, sender_id from lanes
      where has_work and (leased_by is null or leased_until < now()) and (next_at is null or next_at <= ${lease.now})
      order by leased_until nulls first
      limit ${count}
      for no key update skip locked
    ), taken as (
      update lanes l set leased_by = ${lease.worker}, leased_until = now() + ${lease.seconds} * interval '1 second'
      from free where l.workspace_id = free.workspace_id and l.sender_id = free.sender_id
      returning l.workspace_id, l.sender_id, l.next_at
    )
    select t.*, s.address, s.kind, s.carrier_id, s.rate_per_second,
      (select jsonb_object_agg(r.country, to_jsonb(r.carrier_ids)) from carrier_routes r where r.workspace_id = t.workspace_id) as routes
    from taken t join senders s on s.workspace_id = t.workspace_id and s.id = t.sender_id`.execute(tx);
  if (rows.length === 0) return [];
  // A statement of its own: it must see what whoever had the lane wrote before its lease was found to be over.
  const { rows: open } = await sql<{ lane: string }>`
    select distinct j.workspace_id || ' ' || j.sender_id as lane
    from unnest(${rows.map((l) => l.workspace_id)}::uuid[], ${rows.map((l) => l.sender_id)}::uuid[]) as u (workspace_id, sender_id)
    join dispatch_journal j on j.workspace_id = u.workspace_id and j.sender_id = u.sender_id`.execute(tx);
  const unsettled = new Set(open.map(({ lane }) => lane));
  return rows.map((row) => ({ ...row, unsettled: unsettled.has(`${row.workspace_id} ${row.sender_id}`) }));
}

/** Lanes that nobody holds but that somebody died in get work: settling what they left behind. */
export async function reviveLanes(tx: Tx): Promise<void> {
  await sql`
    update lanes l set has_work = true
    from (select distinct workspace_id, sender_id from dispatch_journal) j
    where l.workspace_id = j.workspace_id and l.sender_id = j.sender_id
      and not l.has_work and (l.leased_by is null or l.leased_until < now())`.execute(tx);
}

/** Extends the leases of these lanes and answers those that are still ours, as `workspace sender`. */
export async function renewLeases(
  tx: Tx,
  lease: { worker: string; seconds: number },
  lanes: Pick<LaneRow, "workspace_id" | "sender_id">[],
): Promise<Set<string>> {
  const { rows } = await sql<{ lane: string }>`
    update lanes l set leased_until = now() + ${lease.seconds} * interval '1 second'
    from unnest(${lanes.map((l) => l.workspace_id)}::uuid[], ${lanes.map((l) => l.sender_id)}::uuid[]) as u (workspace_id, sender_id)
    where l.workspace_id = u.workspace_id and l.sender_id = u.sender_id and l.leased_by = ${lease.worker} and l.leased_until > now()
    returning l.workspace_id || ' ' || l.sender_id as lane`.execute(tx);
  return new Set(rows.map((row) => row.lane));
}

/** Whether the lane is ours, and keeps it so until the transaction ends. */
export async function holdLease(
  tx: Tx,
  lane: Pick<LaneRow, "workspace_id" | "sender_id">,
  worker: string,
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from lanes
    where workspace_id = ${lane.workspace_id} and sender_id = ${lane.sender_id}
      and leased_by = ${worker} and leased_until > now()
    for share`.execute(tx);
  return rows.length > 0;
}

/**
 * Marks the lane idle if its queue is empty. `busy`: somebody is adding work right now; they see the mark standing and will wake
 * nobody, so it stays, and the caller comes back in a moment.
 */
export async function clearLane(
  tx: Tx,
  lane: Pick<LaneRow, "workspace_id" | "sender_id">,
  worker: string,
): Promise<"idle" | "busy" | "work"> {
  if (!(await lockLane(tx, lane, worker))) return "busy";
  // A statement of its own: it must see what was committed before the lock was granted.
  const { rows } = await sql`
    update lanes set has_work = false
    where workspace_id = ${lane.workspace_id} and sender_id = ${lane.sender_id}
      and not exists (select from message_queue q
        where q.workspace_id = ${lane.workspace_id} and q.sender_id = ${lane.sender_id} and q.priority < 9)
    returning 1`.execute(tx);
  if (rows.length === 0) return "work";
  // A mark that a crash of the database brings back costs one look at an empty queue.
  await sql`set local synchronous_commit = off`.execute(tx);
  return "idle";
}

/**
 * Keeps whoever would add work to the lane waiting until the transaction ends; answers false where somebody is adding work
 * right now: they see the mark standing and will wake nobody.
 */
export async function lockLane(tx: Tx, lane: Pick<LaneRow, "workspace_id" | "sender_id">, worker: string) {
  const { rows } = await sql`
    select 1 from lanes
    where workspace_id = ${lane.workspace_id} and sender_id = ${lane.sender_id} and leased_by = ${worker}
    for update skip locked`.execute(tx);
  return rows.length > 0;
}

/**
 * Marks a lane that `lockLane` has locked idle and gives it up, if its queue is empty; answers whether. For the transaction
 * that records its last batch: with thousands of lanes of a few texts, each transaction more is a third of the work.
 */
export async function leaveLane(tx: Tx, lane: Pick<LaneRow, "workspace_id" | "sender_id">): Promise<boolean> {
  const { rows } = await sql`
    update lanes set has_work = false, leased_by = null, leased_until = now(), next_at = null
    where workspace_id = ${lane.workspace_id} and sender_id = ${lane.sender_id}
      and not exists (select from message_queue q
        where q.workspace_id = ${lane.workspace_id} and q.sender_id = ${lane.sender_id})
    returning 1`.execute(tx);
  return rows.length > 0;
}

/** Gives the lane up, not to be served before `nextAt`. It goes to the end of the line. */
export async function releaseLane(
  tx: Tx,
  lane: Pick<LaneRow, "workspace_id" | "sender_id">,
  worker: string,
  nextAt: Date | null,
): Promise<void> {
  await sql`
    update lanes set leased_by = null, leased_until = now(), next_at = ${nextAt}
    where workspace_id = ${lane.workspace_id} and sender_id = ${lane.sender_id} and leased_by = ${worker}`.execute(tx);
}
