/** All SQL of lanes: leases, marks of lanes with work, and waking dispatchers. */
import { type RawBuilder, sql } from "kysely";
import type { SenderKind } from "../../../contract/senders.ts";
import type { Tx } from "../../kit/db.ts";
import { pipelined } from "../../kit/prepared.ts";

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

/** A lane, and whether nobody is to serve it: it has no mark of work. */
export interface LaneMark extends LaneKey {
  isIdle: boolean;
}

/**
 * Reads a lane's mark, and keeps it as it is until the transaction ends. Call it before putting rows into the lane's queue.
 *
 * The key-share lock makes `clearLane` safe: it excludes transactions that add work, but neither lease renewals nor other
 * senders.
 */
export async function readMark(tx: Tx, { workspace_id, sender_id }: LaneKey): Promise<LaneMark> {
  const { rows } = await sql<{ has_work: boolean }>`
    select has_work from lanes where workspace_id = ${workspace_id} and sender_id = ${sender_id} for key share`.execute(
    tx,
  );
  return { workspace_id, sender_id, isIdle: !rows[0]?.has_work };
}

/**
 * Marks a lane that is idle, and wakes a dispatcher. Only then, because transactions that NOTIFY commit one after the other in the
 * whole database cluster.
 */
export async function wakeLane(tx: Tx, { workspace_id, sender_id, isIdle }: LaneMark): Promise<void> {
  if (!isIdle) return;
  await pipelined(
    tx,
    () =>
      sql`insert into lanes (workspace_id, sender_id, has_work) values (${workspace_id}, ${sender_id}, true)
        on conflict (workspace_id, sender_id) do update set has_work = true`.execute(tx),
    () => sql`select pg_notify(${laneChannel}, ${`${workspace_id} ${sender_id}`})`.execute(tx),
  );
}

interface Leasing {
  worker: string;
  seconds: number;
  now: Date;
}

const tooLate = ({ now }: Leasing) => new Date(now.getTime() + longestWait);
const isFree = (lease: Leasing) => sql`
  has_work and (leased_by is null or leased_until < now())
    and (next_at is null or next_at <= ${lease.now} or next_at > ${tooLate(lease)})`;

/**
 * Takes up to `count` free lanes that have work and whose time has come, the one served least recently first. It looks at all
 * workspaces without locks, and then takes each lane in its workspace if it is still free; where other processes were quicker it looks
 * further down the list. The order is that of the index lanes_work, so that a thousand waiting lanes are not sorted for each few.
 */
export async function leaseLanes(tx: Tx, lease: Leasing, count: number): Promise<LaneRow[]> {
  const taken: TakenLane[] = [];
  for (let passed = 0; taken.length < count;) {
    const { rows: free } = await sql<LaneKey>`
      select workspace_id, sender_id from lanes where ${isFree(lease)}
      order by leased_until nulls first limit ${count} offset ${passed}`.execute(tx);
    const tried = free.slice(0, count - taken.length);
    const more = await takeEach(tx, tried, lease);
    taken.push(...more);
    passed += tried.length - more.length;
    if (free.length < count) break;
  }
  if (taken.length === 0) return [];
  const lanes = sql`
    unnest(${taken.map((l) => l.workspace_id)}::uuid[], ${taken.map((l) => l.sender_id)}::uuid[]) as u (workspace_id, sender_id)`;
  const [details, unreconciled] = await pipelined(
    tx,
    () => readDetails(tx, lanes),
    () => findUnreconciled(tx, lanes),
  );
  return taken.flatMap((lane) => {
    const found = details.get(keyOf(lane));
    return found ? [{ ...lane, ...found, unreconciled: unreconciled.has(keyOf(lane)) }] : [];
  });
}

const keyOf = ({ workspace_id, sender_id }: LaneKey) => `${workspace_id} ${sender_id}`;

type TakenLane = Pick<LaneRow, "workspace_id" | "sender_id" | "next_at">;

/** Those of the lanes that are still free, which are now this worker's. */
async function takeEach(tx: Tx, lanes: readonly LaneKey[], lease: Leasing): Promise<TakenLane[]> {
  const taken = await pipelined(tx, ...lanes.map((lane) => () => takeLane(tx, lane, lease)));
  return taken.filter((lane) => lane !== null);
}

async function takeLane(tx: Tx, { workspace_id, sender_id }: LaneKey, lease: Leasing): Promise<TakenLane | null> {
  const { rows } = await sql<{ next_at: Date | null }>`
    update lanes l set leased_by = ${lease.worker}, leased_until = now() + ${lease.seconds} * interval '1 second'
    from (select 1 from lanes where workspace_id = ${workspace_id} and sender_id = ${sender_id} and ${isFree(lease)}
      for no key update skip locked) as free
    where l.workspace_id = ${workspace_id} and l.sender_id = ${sender_id}
    returning l.next_at`.execute(tx);
  const row = rows[0];
  if (!row) return null;
  const isWrong = row.next_at !== null && row.next_at > tooLate(lease);
  return { workspace_id, sender_id, next_at: isWrong ? null : row.next_at };
}

async function readDetails(
  tx: Tx,
  lanes: RawBuilder<unknown>,
): Promise<Map<string, Omit<LaneRow, keyof TakenLane | "unreconciled">>> {
  const { rows } = await sql<Omit<LaneRow, "next_at" | "unreconciled">>`
    select s.workspace_id, s.id as sender_id, s.address, s.kind, s.carrier_id, s.rate_per_second,
      (select jsonb_object_agg(r.country, to_jsonb(r.carrier_ids)) from carrier_routes r where r.workspace_id = s.workspace_id) as routes
    from ${lanes} join senders s on s.workspace_id = u.workspace_id and s.id = u.sender_id`.execute(tx);
  return new Map(rows.map(({ workspace_id, sender_id, ...rest }) => [keyOf({ workspace_id, sender_id }), rest]));
}

/**
 * Which of the lanes have an open journal or quarantined rows. A statement of its own: it must see what the last holder wrote before
 * its lease ran out. Quarantined rows belong to an open journal; any that do not, because of a fault, are reconciled too.
 */
async function findUnreconciled(tx: Tx, lanes: RawBuilder<unknown>): Promise<Set<string>> {
  const { rows } = await sql<LaneKey>`
    select distinct j.workspace_id, j.sender_id
    from ${lanes} join dispatch_journal j on j.workspace_id = u.workspace_id and j.sender_id = u.sender_id
    union
    select distinct q.workspace_id, q.sender_id
    from ${lanes} join message_queue q on q.workspace_id = u.workspace_id and q.sender_id = u.sender_id
    where q.priority = 9`.execute(tx);
  return new Set(rows.map(keyOf));
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
