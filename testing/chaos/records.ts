/** Compares the ledger with the carrier's own records, the client, the quota and the figures, and lists what must be empty. */
import type pg from "pg";
import { instantOf } from "../../server/kit/id.ts";
import type { SentCampaign } from "./campaign-traffic.ts";
import { type CarrierRecords, nameOf } from "./carrier-records.ts";
import type { Tenant } from "./tenant.ts";
import type { ClientLog } from "./traffic.ts";

/** A superuser, who reads without row-level security. */
export type Queries = Pick<pg.Client | pg.Pool, "query">;

/** An uncertain transactional text is sent again so often at most; see docs/self-hosting/crash-safety.md. */
const mostResent = 3;

export interface Row {
  id: string;
  status: string;
  class: "transactional" | "marketing";
  reason: string | null;
  segments: number;
  source_type: string;
  source_id: string | null;
  number: string;
  text: string;
  submitted: boolean;
  sent: boolean;
}

/** The outbound ledger of a workspace, without what the door skipped. */
export async function readLedger(client: Queries, tenant: Tenant): Promise<Row[]> {
  const { rows } = await client.query<Row>(
    `select id, status::text, class::text, reason, segments, source_type, source_id, number, text,
       submitted_at is not null as submitted, sent_at is not null as sent
     from messages where workspace_id = $1 and class is not null and segments > 0`,
    [tenant.id],
  );
  return rows;
}

/** The records of the sandbox's handsets. */
export async function sandboxRecords(client: Queries, tenant: Tenant): Promise<CarrierRecords> {
  const { rows } = await client.query<{ phone: string; text: string; ids: string[] }>(
    `select phone, text, array_agg(id::text) as ids from sandbox_messages where workspace_id = $1 and outbound
     group by 1, 2`,
    [tenant.id],
  );
  return {
    taken: new Map(rows.map(({ phone, text, ids }) => [nameOf(phone, text), ids.length])),
    at: new Map(rows.map(({ phone, text, ids }) => [nameOf(phone, text), ids.map((id) => instantOf(id).getTime())])),
    pieces: [],
    mute: new Set(rows.flatMap(({ phone, text }) => (tenant.silent.has(phone) ? [nameOf(phone, text)] : []))),
  };
}

/** What must not happen, and what may if a carrier cannot look texts up, as rows of the ledger. */
export interface Comparison {
  /** The ledger says that the carrier has it, and it has not; or it is transactional, and the carrier neither has nor refused it. */
  lost: Row[];
  /** The carrier has it twice, or parts of it, and may not. */
  doubled: Row[];
  /** The carrier has it, and the ledger says that it was never submitted. */
  denied: Row[];
  /** It was never submitted, was not cancelled, and the carrier does not refuse its number. */
  stopped: Row[];
  /** The ledger calls it uncertain, although the carrier can look it up or no fault interrupted its batch. */
  unexplained: Row[];
  /** Two rows of the ledger for one text. */
  twice_in_ledger: string[];
  /** The carrier has it, or parts of it, and the ledger does not know of it. */
  unknown: string[];
  /** Uncertain marketing texts, which were not sent again, by whether the carrier has them. */
  given_up: { arrived: number; missing: number };
  /** Uncertain transactional texts, which were sent again, by how often the carrier has them. */
  sent_again: { once: number; twice: number };
}

/**
 * Compares. `hit` has the texts that were under way at a fault, with the number of their interrupted batches. Each such batch may have
 * delivered the text once more, if the ledger calls it `uncertain`; a text that arrived twice and is not `uncertain` is doubled.
 */
export function compare(
  ledger: readonly Row[],
  { taken, pieces }: Pick<CarrierRecords, "taken" | "pieces">,
  { can_look_up, refusing }: Pick<Tenant, "can_look_up" | "refusing">,
  hit: ReadonlyMap<string, number>,
): Comparison {
  const result: Comparison = {
    lost: [],
    doubled: [],
    denied: [],
    stopped: [],
    unexplained: [],
    twice_in_ledger: [],
    unknown: [],
    given_up: { arrived: 0, missing: 0 },
    sent_again: { once: 0, twice: 0 },
  };
  const known = new Set<string>();
  const byNumber = Map.groupBy(ledger, (row) => row.number);
  for (const row of ledger) {
    const name = nameOf(row.number, row.text);
    if (known.has(name)) result.twice_in_ledger.push(name);
    known.add(name);
    const times = taken.get(name) ?? 0;
    const uncertain = row.reason === "uncertain";
    const mayBeTwice = !can_look_up && row.class === "transactional" && uncertain;
    const most = mayBeTwice ? 1 + Math.min(mostResent, hit.get(row.id) ?? 0) : 1;
    if (uncertain && (can_look_up || !hit.has(row.id))) result.unexplained.push(row);
    if (times > most) result.doubled.push(row);
    // An uncertain text that was sent again and then refused fails as uncertain.
    const refused = row.status === "failed" && refusing.has(row.number);
    const mustBeThere = row.sent || (uncertain && row.class === "transactional" && !refused);
    if (times === 0 && mustBeThere) result.lost.push(row);
    if (!row.sent && times > 0 && !uncertain) result.denied.push(row);
    if (!row.sent && !uncertain && !refused && row.status !== "cancelled") result.stopped.push(row);
    if (uncertain && row.class === "marketing") result.given_up[times > 0 ? "arrived" : "missing"]++;
    if (mayBeTwice) result.sent_again[times > 1 ? "twice" : "once"]++;
  }
  for (const name of taken.keys()) if (!known.has(name)) result.unknown.push(name);
  for (const { number, text } of pieces) {
    const rows = (byNumber.get(number) ?? []).filter((row) => row.text.includes(text));
    const allowed = rows.some((row) => {
      const whole = taken.has(nameOf(row.number, row.text));
      const uncertain = row.reason === "uncertain" && hit.has(row.id);
      return !can_look_up && uncertain && (row.class === "transactional" || !whole);
    });
    if (rows.length === 0) result.unknown.push(`a part: ${nameOf(number, text)}`);
    else if (!allowed) result.doubled.push(likeliestOwner(rows, hit));
  }
  return result;
}

/**
 * Of the texts to one number that contain the words of a surplus part, the one to report: the uncertain one, otherwise the one that
 * was under way at a fault. Others may merely have the same words.
 */
function likeliestOwner(rows: readonly Row[], hit: ReadonlyMap<string, number>): Row {
  const owner = rows.find((row) => row.reason === "uncertain") ?? rows.find((row) => hit.has(row.id)) ?? rows.at(0);
  if (!owner) throw new Error("a part of no text has no owner");
  return owner;
}

/** Compares the answers to the client with the ledger: every 202 is one row, under the id in the answer. */
export function brokenPromises(ledger: readonly Row[], clientLog: ClientLog): string[] {
  const rows = new Map(ledger.map((row) => [row.id, row]));
  const broken: string[] = [];
  const given = new Set<string>();
  for (const [index, answer] of clientLog.texts) {
    if ("refused" in answer) broken.push(`text ${index} was refused: ${answer.refused}`);
    else if (!rows.has(answer.id)) broken.push(`text ${index} is not in the ledger: ${answer.id}`);
    else if (given.has(answer.id)) broken.push(`text ${index} has the id of another: ${answer.id}`);
    else {
      given.add(answer.id);
      const row = rows.get(answer.id) as Row;
      if (row.number !== answer.number || row.text !== answer.text)
        broken.push(`text ${index} to ${answer.number} is in the ledger as one to ${row.number}: ${row.text}`);
    }
  }
  const single = ledger.filter((row) => row.source_type === "api").length;
  if (single !== clientLog.texts.size)
    broken.push(`${clientLog.texts.size} texts were answered, the ledger has ${single}`);
  return broken;
}

/**
 * Compares campaigns with their lists: exactly the contacts on it have the campaign's text, once, with their own name. Of a cancelled
 * one some may have none; only its texts may be cancelled.
 */
export function wrongCampaigns(
  ledger: readonly Row[],
  tenant: Pick<Tenant, "listed" | "numberOf" | "nameOf">,
  clientLog: ClientLog,
): string[] {
  const wrong: string[] = [];
  const campaigns = Map.groupBy(
    ledger.filter((row) => row.source_type === "campaign"),
    (row) => row.source_id,
  );
  for (const { id, list, text, cancelled } of clientLog.campaigns) {
    const due = new Map(
      tenant.listed(list).map((contact) => [tenant.numberOf(contact), `${tenant.nameOf(contact)}${text}`]),
    );
    const rows = campaigns.get(id) ?? [];
    campaigns.delete(id);
    const reached = new Set<string>();
    for (const { number, text: got, status } of rows) {
      if (reached.has(number)) wrong.push(`${id} has two texts to ${number}`);
      reached.add(number);
      if (!due.has(number)) wrong.push(`${id} has a text to ${number}, who is not on its list`);
      else if (due.get(number) !== got) wrong.push(`${id} says to ${number}: ${got}`);
      if (status === "cancelled" && !cancelled) wrong.push(`${id} was not cancelled, and its text to ${number} was`);
    }
    if (cancelled) continue;
    for (const number of due.keys()) if (!reached.has(number)) wrong.push(`${id} has no text to ${number}`);
  }
  for (const [id, rows] of campaigns) wrong.push(`${rows.length} texts are of campaign ${id}, which was not sent`);
  return wrong;
}

/** What was written to a carrier before a fault may reach it so much later, in milliseconds. */
const onItsWay = 5_000;

/**
 * Texts that a carrier accepted when none of their campaign might leave: before its moment, while it was paused, or after it was
 * cancelled, by the answers to the client. What was under way at a fault may arrive a little after the answer.
 */
export function untimely(
  tenant: Pick<Tenant, "listed" | "numberOf" | "nameOf" | "isAhead">,
  clientLog: Pick<ClientLog, "campaigns">,
  { at }: Pick<CarrierRecords, "at">,
  isHit: (campaign: string, number: string) => boolean,
): string[] {
  const found: string[] = [];
  for (const campaign of clientLog.campaigns) {
    for (const contact of tenant.listed(campaign.list)) {
      const number = tenant.numberOf(contact);
      const grace = isHit(campaign.id, number) ? onItsWay : 0;
      for (const moment of at.get(nameOf(number, `${tenant.nameOf(contact)}${campaign.text}`)) ?? [])
        for (const { from, to } of closedFor(campaign, tenant.isAhead(contact)))
          if (moment > from + (from > 0 ? grace : 0) && moment < to)
            found.push(
              `${campaign.way} ${campaign.id} to ${number}: ${moment - from} ms after ${from}, ${to - moment} ms before ${to}`,
            );
    }
  }
  return found;
}

function closedFor({ closed, local }: SentCampaign, isAhead: boolean): SentCampaign["closed"] {
  return local === null || isAhead ? closed : [{ from: 0, to: local }, ...closed];
}

const same = (left: Map<string, number>, right: Map<string, number>, what: string): string[] =>
  [...new Set([...left.keys(), ...right.keys()])]
    .filter((key) => (left.get(key) ?? 0) !== (right.get(key) ?? 0))
    .map((key) => `${what} ${key}: ${left.get(key) ?? 0} by the ledger, ${right.get(key) ?? 0} stored`);

/** Checks the quota: used is what was submitted or may have been, reserved is what is queued. */
export async function wrongQuota(client: Queries, tenant: Tenant, ledger: readonly Row[]): Promise<string[]> {
  const due = new Map<string, number>();
  const add = (key: string, segments: number) => due.set(key, (due.get(key) ?? 0) + segments);
  for (const row of ledger) {
    if (!row.submitted) continue;
    add("used", row.segments);
    add(`used by ${row.source_type}`, row.segments);
  }
  const { rows } = await client.query<{ key: string; n: number }>(
    `select 'used' as key, coalesce(sum(used), 0)::int as n from quota_periods where workspace_id = $1
     union all select 'reserved', coalesce(sum(reserved), 0)::int from quota_periods where workspace_id = $1
     union all select 'used by ' || source_type, sum(used)::int from quota_usage where workspace_id = $1 group by source_type`,
    [tenant.id],
  );
  return same(due, new Map(rows.map(({ key, n }) => [key, n])), "quota");
}

/** Compares message_counts with the ledger, by source and status. */
export async function wrongCounts(client: Queries, tenant: Tenant, ledger: readonly Row[]): Promise<string[]> {
  const due = new Map<string, number>();
  const add = (row: Row, status: string) => {
    const key = `${row.source_type} ${row.source_id} ${status}`;
    due.set(key, (due.get(key) ?? 0) + 1);
  };
  for (const row of ledger) {
    if (row.source_id === null) continue;
    add(row, "queued");
    if (row.sent) add(row, "sent");
    if (row.status === "failed") add(row, row.sent ? "failed" : "refused");
    else if (row.status === "expired") add(row, row.sent ? "expired" : "lapsed");
    else if (["delivered", "undelivered", "skipped", "cancelled"].includes(row.status)) add(row, row.status);
  }
  const { rows } = await client.query<{ key: string; n: number }>(
    `select source_type || ' ' || source_id || ' ' || status as key, sum(n)::int as n
     from message_counts where workspace_id = $1 and source_id <> '00000000-0000-0000-0000-000000000000' group by 1`,
    [tenant.id],
  );
  return same(due, new Map(rows.map(({ key, n }) => [key, n])), "count");
}

/** What remains where nothing may: queue, journal, leased lanes, campaigns under way, receipts. */
export async function leftOver(client: Queries, tenant: Tenant): Promise<string[]> {
  const { rows } = await client.query<{ what: string; n: number }>(
    `select 'rows in the queue' as what, count(*)::int as n from message_queue where workspace_id = $1
     union all select 'open journals', count(*)::int from dispatch_journal where workspace_id = $1
     union all select 'lanes held', count(*)::int from lanes
       where workspace_id = $1 and leased_by is not null and leased_until > now()
     union all select 'lanes with work', count(*)::int from lanes where workspace_id = $1 and has_work
     union all select 'parked texts', count(*)::int from parked_messages where workspace_id = $1
     union all select 'sources that are held', count(*)::int from source_holds where workspace_id = $1
     union all select 'campaigns not sent', count(*)::int from campaigns
       where workspace_id = $1 and status not in ('draft', 'sent') and not (status = 'cancelled' and finished_at is not null)
     union all select 'receipts kept though their texts are known', count(*)::int from smpp_early_receipts e
       where workspace_id = $1 and exists (select 1 from smpp_references r
         where r.workspace_id = $1 and r.carrier_id = e.carrier_id and r.id = e.id)`,
    [tenant.id],
  );
  return rows.filter(({ n }) => n > 0).map(({ what, n }) => `${n} ${what}`);
}
