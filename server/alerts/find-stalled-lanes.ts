/** Lanes with texts in them of which none has been handed over for a while. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { firstIdAt } from "../kit/id.ts";
import { setAside } from "../messages/queue-store.ts";
import type { Condition, ParamsOf } from "./alert.ts";
import { stands } from "./carrier-stands.ts";
import { noteSuspects, type Suspect } from "./suspects-store.ts";

const minute = 60_000;
/** Only lanes whose next text is as old as this are watched: most are emptied sooner, and cost nothing. */
const waitingFor = minute;
/** And then the head of the queue stays the same for so long. Back-offs end after 30 seconds. */
const unmovedFor = minute;
/** A lane that waits its turn among thousands is not stalled, unless it waits for so long. */
const unservedFor = 10 * minute;
/** Texts that are set aside alone are being looked up: a carrier that does not answer is asked for ten minutes. */
const settledWithin = 15 * minute;
const mostCounted = 10_000;

interface LaneDetails {
  workspace_id: string;
  sender_id: string;
  address: string;
  waiting: number;
  carrier_off: boolean;
  carrier_down: boolean;
  /** A worker has it, or had it since it does not move. */
  served: boolean;
  campaign: { id: string; name: string } | null;
}

export async function findStalledLanes(tx: Tx, at: Date, open: ReadonlySet<string>): Promise<Condition[]> {
  const old = firstIdAt(new Date(at.getTime() - waitingFor));
  // Of all lanes with texts, whatever their mark says and also where they are gone: nothing worse can happen to one.
  const waiting = sql`
    select workspace as workspace_id, sender::text as subject, head_priority || ' ' || head_seq as mark
    from waiting_lanes(${old}::uuid)`;
  const unmoved = await noteSuspects(tx, "lane_stalled", waiting, at, new Date(at.getTime() - unmovedFor));
  const settling = new Date(at.getTime() - settledWithin);
  const suspects = unmoved.filter(({ mark, since }) => !mark.startsWith(`${setAside} `) || since <= settling);
  const fresh = suspects.filter(({ workspace_id, subject }) => !open.has(`${workspace_id} ${subject}`));
  const details = await detailsOf(tx, fresh, at);
  // Nobody is asked where nothing is suspected: no index knows who holds a lane.
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
    select u.workspace_id, u.sender_id, s.address, q.waiting, not coalesce(c.enabled, true) as carrier_off,
      c.id is not null and not ${stands(at)} as carrier_down,
      coalesce(l.leased_until > case when l.leased_by is null then u.since else ${at} end, false) as served,
      case when p.id is not null then jsonb_build_object('id', p.id, 'name', p.name) end as campaign
    from unnest(${lanes.map((each) => each.workspace_id)}::uuid[], ${lanes.map((each) => each.subject)}::uuid[],
        ${lanes.map((each) => each.since)}::timestamptz[]) as u (workspace_id, sender_id, since)
      left join lanes l using (workspace_id, sender_id)
      join senders s on s.workspace_id = u.workspace_id and s.id = u.sender_id
      left join carriers c on c.workspace_id = s.workspace_id and c.id = s.carrier_id
      cross join lateral (select count(*) as waiting from (
        select 1 from message_queue where workspace_id = u.workspace_id and sender_id = u.sender_id
        limit ${mostCounted}) w) q
      left join lateral (select message_id from message_queue
        where workspace_id = u.workspace_id and sender_id = u.sender_id
        order by priority, seq limit 1) h on true
      left join messages m on m.workspace_id = u.workspace_id and m.id = h.message_id and m.source_type = 'campaign'
      left join campaigns p on p.workspace_id = u.workspace_id and p.id = m.source_id`.execute(tx);
  return new Map(rows.map((row) => [`${row.workspace_id} ${row.sender_id}`, row]));
}
