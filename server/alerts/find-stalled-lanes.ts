/** Lanes with waiting texts of which none has been submitted for a while. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { firstIdAt } from "../kit/id.ts";
import { quarantined } from "../messages/dispatch/queue-store.ts";
import type { Condition, ParamsOf } from "./alert.ts";
import { isConnected } from "./carrier-health.ts";
import { recordSuspects, type Suspect } from "./suspects-store.ts";

const minute = 60_000;
/** Only lanes whose next text is as old as this are watched: most lanes are emptied sooner and cost nothing. */
const waitingFor = minute;
/** A watched lane is stalled when the head of its queue stays the same for so long. Back-offs end after 30 seconds. */
const unmovedFor = minute;
/** A lane that waits for a worker among thousands is not stalled, unless it waits for so long. */
const unservedFor = 10 * minute;
/** A lane with only quarantined texts waits for their look-up: a carrier that does not answer is asked for ten minutes. */
const quarantineEndsWithin = 15 * minute;
const maxCounted = 10_000;

interface LaneDetails {
  workspace_id: string;
  sender_id: string;
  address: string;
  waiting: number;
  carrier_off: boolean;
  carrier_down: boolean;
  /** Whether a worker leases it, or leased it since it stopped moving. */
  served: boolean;
  campaign: { id: string; name: string } | null;
}

export async function findStalledLanes(tx: Tx, at: Date, open: ReadonlySet<string>): Promise<Condition[]> {
  const old = firstIdAt(new Date(at.getTime() - waitingFor));
  // All lanes with texts, also those whose `has_work` is false or whose row is missing: that is the worst kind of stall.
  const waiting = sql`
    select workspace as workspace_id, sender::text as subject, head_priority || ' ' || head_seq as mark
    from waiting_lanes(${old}::uuid)`;
  const unmoved = await recordSuspects(tx, "lane_stalled", waiting, at, new Date(at.getTime() - unmovedFor));
  const quarantineDue = new Date(at.getTime() - quarantineEndsWithin);
  const suspects = unmoved.filter(({ mark, since }) => !mark.startsWith(`${quarantined} `) || since <= quarantineDue);
  const fresh = suspects.filter(({ workspace_id, subject }) => !open.has(`${workspace_id} ${subject}`));
  const details = await detailsOf(tx, fresh, at);
  // Queried only when there are new suspects: there is no index on a lane's lease.
  const anyServed = fresh.length > 0 && (await isAnythingServed(tx, at));
  return suspects.flatMap((suspect): Condition[] => {
    const { workspace_id, subject, since } = suspect;
    if (!fresh.includes(suspect)) return [{ workspace_id, subject, params: {} }];
    const lane = details.get(`${workspace_id} ${subject}`);
    if (!lane) return [];
    const waitsItsTurn = anyServed && !lane.served && !lane.carrier_off;
    if (waitsItsTurn && since.getTime() > at.getTime() - unservedFor) return [];
    const params: ParamsOf<"lane_stalled"> = {
      sender: { id: subject, address: lane.address },
      since: since.toISOString(),
      waiting: lane.waiting,
      reason: reasonOf(lane),
      campaign: lane.campaign,
    };
    return [{ workspace_id, subject, params }];
  });
}

function reasonOf(lane: LaneDetails): ParamsOf<"lane_stalled">["reason"] {
  if (lane.carrier_off) return "carrier_off";
  if (!lane.served) return "no_worker";
  return lane.carrier_down ? "carrier_down" : "no_progress";
}

async function isAnythingServed(tx: Tx, at: Date): Promise<boolean> {
  const { rows } = await sql`
    select 1 from lanes where leased_by is not null and leased_until > ${at} limit 1`.execute(tx);
  return rows.length > 0;
}

async function detailsOf(tx: Tx, lanes: readonly Suspect[], at: Date): Promise<Map<string, LaneDetails>> {
  if (lanes.length === 0) return new Map();
  const { rows } = await sql<LaneDetails>`
    select s.workspace_id, s.id as sender_id, s.address, q.waiting, not coalesce(c.enabled, true) as carrier_off,
      c.id is not null and not ${isConnected(at)} as carrier_down,
      coalesce(l.leased_until > case when l.leased_by is null then u.since else ${at} end, false) as served,
      case when p.id is not null then jsonb_build_object('id', p.id, 'name', p.name) end as campaign
    from unnest(${lanes.map((each) => each.workspace_id)}::uuid[], ${lanes.map((each) => each.subject)}::uuid[],
        ${lanes.map((each) => each.since)}::timestamptz[]) as u (workspace_id, sender_id, since)
      join senders s on s.workspace_id = u.workspace_id and s.id = u.sender_id
      -- By the sender's columns: an outer join of the arrays with a table cannot be divided among servers by workspace.
      left join lanes l on l.workspace_id = s.workspace_id and l.sender_id = s.id
      left join carriers c on c.workspace_id = s.workspace_id and c.id = s.carrier_id
      cross join lateral (select count(*) as waiting from (
        select 1 from message_queue where workspace_id = s.workspace_id and sender_id = s.id
        limit ${maxCounted}) w) q
      left join lateral (select message_id from message_queue
        where workspace_id = s.workspace_id and sender_id = s.id
        order by priority, seq limit 1) h on true
      -- OFFSET 0: one index lookup each, however few texts the planner expects.
      left join lateral (select source_id from messages
        where workspace_id = s.workspace_id and id = h.message_id and source_type = 'campaign' offset 0) m on true
      left join campaigns p on p.workspace_id = s.workspace_id and p.id = m.source_id`.execute(tx);
  return new Map(rows.map((row) => [`${row.workspace_id} ${row.sender_id}`, row]));
}
