/** All SQL of lanes: leases, marks of lanes with work, and waking dispatchers. */
import { sql } from "kysely";
import type { SenderKind } from "../../../contract/senders.ts";
import type { Tx } from "../../kit/db.ts";

/** A lane's key. */
export interface LaneKey {
  workspace_id: string;
  sender_id: string;
}

/** A lane with what is needed to serve it. */
export interface LaneRow extends LaneKey {
  address: string;
  kind: SenderKind;
  /** The sender's own connection; null: the sandbox. */
  carrier_id: string | null;
  /** Fallback connections, by the recipient's country or *; null: none. */
  routes: Record<string, string[]> | null;
  rate_per_second: number | null;
  next_at: Date | null;
  /** An earlier holder left batches whose outcomes are not recorded, or quarantined rows. */
  unreconciled: boolean;
}

/** Lanes that one sweep marks for their journals; the next sweep continues. */
const mostRevived = 100;
/** Lanes that one sweep looks at: each costs two index lookups. */
const mostWalked = 50;
const leastId = "00000000-0000-0000-0000-000000000000";
/** Longer than any pacing or back-off (a lookup is retried for ten minutes at most). A time further ahead was written by a wrong clock, and is ignored. */
export const longestWait = 15 * 60_000;

/** Where dispatchers listen; the payload is `workspace sender`. */
export const laneChannel = "varsla_lanes";

/**
 * A query of the lane's mark that locks it until the transaction ends. A statement that puts rows into the queue reads it as
 * `lane`, together with `wokenLane`.
 *
 * The key-share lock makes `clearLane` safe: it excludes transactions that add work, but neither lease renewals nor other
 * senders.
 */
export const laneMark = (workspaceId: string, senderId: string) => sql<{ has_work: boolean }>`
  select has_work from lanes where workspace_id = ${workspaceId}::uuid and sender_id = ${senderId}::uuid for key share`;

/**
 * Marks the lane if `lane` says that it is idle, and wakes a dispatcher. Only then, because transactions that NOTIFY commit one
 * after the other in the whole database cluster.
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
  const tooLate = new Date(lease.now.getTime() + longestWait);
  const { rows } = await sql<Omit<LaneRow, "unreconciled">>`
    with free as (
      select workspace_id, sender_id from lanes
      where has_work and (leased_by is null or leased_until < now()) 
        and (next_at is null or next_at <= ${lease.now} or next_at > ${tooLate})
      order by leased_until nulls first
      limit ${count}
      for no key update skip locked
    ), taken as (
      update lanes l set leased_by = ${lease.worker}, leased_until = now() + ${lease.seconds} * interval '1 second'
      from free where l.workspace_id = free.workspace_id and l.sender_id = free.sender_id
      returning l.workspace_id, l.sender_id, case when l.next_at <= ${tooLate} then l.next_at end as next_at
    )
    select t.*, s.address, s.kind, s.carrier_id, s.rate_per_second,
      (select jsonb_object_agg(r.country, to_jsonb(r.carrier_ids)) from carrier_routes r where r.workspace_id = t.workspace_id) as routes
    from taken t join senders s on s.workspace_id = t.workspace_id and s.id = t.sender_id`.execute(tx);
  if (rows.length === 0) return [];
  const taken = sql`
    unnest(${rows.map((l) => l.workspace_id)}::uuid[], ${rows.map((l) => l.sender_id)}::uuid[]) as u (workspace_id, sender_id)`;
  // A statement of its own: it must see what the last holder wrote before its lease ran out. Quarantined rows belong to an open
  // journal; any that do not, because of a fault, are reconciled too.
  const { rows: open } = await sql<{ lane: string }>`
    select distinct j.workspace_id || ' ' || j.sender_id as lane
    from ${taken} join dispatch_journal j on j.workspace_id = u.workspace_id and j.sender_id = u.sender_id
    union
    select distinct q.workspace_id || ' ' || q.sender_id
    from ${taken} join message_queue q on q.workspace_id = u.workspace_id and q.sender_id = u.sender_id
    where q.priority = 9`.execute(tx);
  const unreconciled = new Set(open.map(({ lane }) => lane));
  return rows.map((row) => ({ ...row, unreconciled: unreconciled.has(`${row.workspace_id} ${row.sender_id}`) }));
}

/** Lanes without a holder but with an open journal of a worker that died: it is to be reconciled. */
export async function findAbandonedLanes(tx: Tx): Promise<LaneKey[]> {
  const { rows } = await sql<LaneKey>`
    select distinct j.workspace_id, j.sender_id
    from dispatch_journal j join lanes l on l.workspace_id = j.workspace_id and l.sender_id = j.sender_id
    where not l.has_work and (l.leased_by is null or l.leased_until < now())
    limit ${mostRevived}`.execute(tx);
  return rows;
}

/**
 * Walks over the lanes that have rows in the queue, the next few after `after` (null: the first). Answers those that are neither
 * marked nor held, and where to continue; null: at the beginning, the walk is complete.
 */
export async function findStrandedLanes(
  tx: Tx,
  after: LaneKey | null,
): Promise<{ stranded: LaneKey[]; next: LaneKey | null }> {
  const { rows } = await sql<LaneKey & { stranded: boolean }>`
    select workspace as workspace_id, sender as sender_id, stranded
    from queued_lanes(${after?.workspace_id ?? leastId}, ${after?.sender_id ?? leastId}, ${mostWalked})`.execute(tx);
  return {
    stranded: rows.filter((row) => row.stranded),
    next: rows.length < mostWalked ? null : (rows.at(-1) ?? null),
  };
}

/** Marks a lane that is neither marked nor held, or does not exist; answers whether it had to. No worker leases it before the commit. */
export async function reviveLane(tx: Tx, { workspace_id, sender_id }: LaneKey): Promise<boolean> {
  // The database's clock, as in leases, but read before: over several nodes a condition of a write must be a constant.
  const clock = await sql<{ now: Date }>`select now() as now`.execute(tx);
  const { rows } = await sql`
    insert into lanes as l (workspace_id, sender_id, has_work) values (${workspace_id}, ${sender_id}, true)
    on conflict (workspace_id, sender_id) do update set has_work = true
      where not l.has_work and (l.leased_by is null or l.leased_until < ${clock.rows[0]?.now}::timestamptz)
    returning 1`.execute(tx);
  return rows.length > 0;
}

/** Marks a lane that the caller holds, after rows were put back into its queue. */
export async function markLane(tx: Tx, { workspace_id, sender_id }: LaneKey): Promise<void> {
  await sql`
    update lanes set has_work = true
    where workspace_id = ${workspace_id} and sender_id = ${sender_id} and not has_work`.execute(tx);
}

const isLeased = (lane: LaneKey, worker: string) => sql`
  workspace_id = ${lane.workspace_id} and sender_id = ${lane.sender_id}
    and leased_by = ${worker} and leased_until > now()`;

/** Extends a lease and answers whether the lane is still ours. */
export async function renewLease(tx: Tx, lane: LaneKey, lease: { worker: string; seconds: number }): Promise<boolean> {
  const { rows } = await sql`
    update lanes set leased_until = now() + ${lease.seconds} * interval '1 second'
    where ${isLeased(lane, lease.worker)}
    returning 1`.execute(tx);
  return rows.length > 0;
}

/** The same without waiting: answers false too where the lane's row is locked. */
export async function renewFreeLease(
  tx: Tx,
  lane: LaneKey,
  lease: { worker: string; seconds: number },
): Promise<boolean> {
  const { rows } = await sql`
    with mine as (select 1 from lanes where ${isLeased(lane, lease.worker)} for no key update skip locked)
    update lanes l set leased_until = now() + ${lease.seconds} * interval '1 second'
    from mine where l.workspace_id = ${lane.workspace_id} and l.sender_id = ${lane.sender_id}
    returning 1`.execute(tx);
  return rows.length > 0;
}

/** Whether the lane is ours; if so, it stays ours until the transaction ends. */
export async function holdLease(tx: Tx, lane: LaneKey, worker: string): Promise<boolean> {
  const { rows } = await sql`select 1 from lanes where ${isLeased(lane, worker)} for share`.execute(tx);
  return rows.length > 0;
}

/**
 * Marks the lane idle if its queue is empty. `busy`: another transaction is adding work; it has seen the mark and wakes no
 * dispatcher, so the mark stays, and the caller tries again in a moment.
 */
export async function clearLane(tx: Tx, lane: LaneKey, worker: string): Promise<"idle" | "busy" | "work"> {
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
 * Keeps transactions that add work to the lane waiting until this one ends; answers false where one is adding work already: it
 * has seen the mark and wakes no dispatcher.
 */
export async function lockLane(tx: Tx, lane: LaneKey, worker: string) {
  const { rows } = await sql`
    select 1 from lanes
    where workspace_id = ${lane.workspace_id} and sender_id = ${lane.sender_id} and leased_by = ${worker}
    for update skip locked`.execute(tx);
  return rows.length > 0;
}

/**
 * Marks a lane that `lockLane` has locked idle and releases it, if its queue is empty; answers whether. For the transaction
 * that records its last batch: with thousands of lanes of a few texts, each further transaction is a third of the work.
 */
export async function leaveLane(tx: Tx, lane: LaneKey): Promise<boolean> {
  const { rows } = await sql`
    update lanes set has_work = false, leased_by = null, leased_until = now(), next_at = null
    where workspace_id = ${lane.workspace_id} and sender_id = ${lane.sender_id}
      and not exists (select from message_queue q
        where q.workspace_id = ${lane.workspace_id} and q.sender_id = ${lane.sender_id})
    returning 1`.execute(tx);
  return rows.length > 0;
}

/**
 * Releases the lane, not to be served before `nextAt`. It is served after all waiting lanes. An open journal counts as work, for
 * the next holder.
 */
export async function releaseLane(tx: Tx, lane: LaneKey, worker: string, nextAt: Date | null): Promise<void> {
  await sql`
    update lanes l set leased_by = null, leased_until = now(), next_at = ${nextAt},
      has_work = has_work or exists (select 1 from dispatch_journal j
        where j.workspace_id = ${lane.workspace_id} and j.sender_id = ${lane.sender_id})
    where l.workspace_id = ${lane.workspace_id} and l.sender_id = ${lane.sender_id} and l.leased_by = ${worker}`.execute(
    tx,
  );
}
