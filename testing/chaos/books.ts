/** What the ledger says against what the carrier's own books say, the quota, the figures, and what must be empty. */
import type pg from "pg";
import type { Tenant } from "./tenant.ts";
import type { Told } from "./traffic.ts";

/** Past row-level security. */
export type Queries = Pick<pg.Client | pg.Pool, "query">;

/** What a carrier's own books say. */
export interface CarrierBooks {
  /** Whole texts that it took: `number text` → how often. */
  taken: Map<string, number>;
  /** Texts of which it has some parts only, as far as they go. */
  pieces: { number: string; text: string }[];
  /** `number text` of those whose receipt it never sends. */
  mute: Set<string>;
}

/** A transactional text of which nobody knows goes so many times more at most; see docs/self-hosting/crash-safety.md. */
const mostResent = 3;

export const nameOf = (number: string, text: string): string => `${number} ${text}`;

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

/** What the sandbox's handsets hold. */
export async function sandboxBooks(client: Queries, tenant: Tenant): Promise<CarrierBooks> {
  const { rows } = await client.query<{ phone: string; text: string; n: number }>(
    "select phone, text, count(*)::int as n from sandbox_messages where workspace_id = $1 and outbound group by 1, 2",
    [tenant.id],
  );
  return {
    taken: new Map(rows.map(({ phone, text, n }) => [nameOf(phone, text), n])),
    pieces: [],
    mute: new Set(rows.flatMap(({ phone, text }) => (tenant.silent.has(phone) ? [nameOf(phone, text)] : []))),
  };
}

/** What must not be, and what may be where a carrier cannot tell, by the ledger's rows. */
export interface Comparison {
  /** The ledger says that the carrier has it, and it has not; or it is transactional and nobody has it. */
  lost: Row[];
  /** The carrier has it twice, or parts of it, and may not. */
  doubled: Row[];
  /** The carrier has it, and the ledger says that it never went. */
  denied: Row[];
  /** It never went, and the carrier was not told to refuse its number. */
  stopped: Row[];
  /** Nobody knows, says the ledger, although the carrier can tell or no blow met the batch that it was in. */
  unexplained: Row[];
  /** Two rows of the ledger for one text. */
  twice_in_ledger: string[];
  /** The carrier has it, or parts of it, and the ledger does not know of it. */
  unknown: string[];
  /** Marketing texts that were given up because nobody knows, by whether the carrier had them. */
  given_up: { arrived: number; missing: number };
  /** Transactional texts that were sent once more because nobody knew, by how often the carrier has them. */
  sent_again: { once: number; twice: number };
}

/**
 * Compares; `struck` says of texts that were under way at a blow in how many batches they were. Each such batch may have gone
 * once more than anybody knows, if the ledger says so: a text that arrives twice and is not `uncertain` there is doubled.
 */
export function compare(
  ledger: readonly Row[],
  { taken, pieces }: CarrierBooks,
  { can_tell, refusing }: Pick<Tenant, "can_tell" | "refusing">,
  struck: ReadonlyMap<string, number>,
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
    const mayBeTwice = !can_tell && row.class === "transactional" && uncertain;
    const most = mayBeTwice ? 1 + Math.min(mostResent, struck.get(row.id) ?? 0) : 1;
    if (uncertain && (can_tell || !struck.has(row.id))) result.unexplained.push(row);
    if (times > most) result.doubled.push(row);
    if (times === 0 && (row.sent || (uncertain && row.class === "transactional"))) result.lost.push(row);
    if (!row.sent && times > 0 && !uncertain) result.denied.push(row);
    if (!row.sent && !uncertain && !(row.status === "failed" && refusing.has(row.number))) result.stopped.push(row);
    if (uncertain && row.class === "marketing") result.given_up[times > 0 ? "arrived" : "missing"]++;
    if (mayBeTwice) result.sent_again[times > 1 ? "twice" : "once"]++;
  }
  for (const name of taken.keys()) if (!known.has(name)) result.unknown.push(name);
  for (const { number, text } of pieces) {
    const rows = (byNumber.get(number) ?? []).filter((row) => row.text.includes(text));
    const allowed = rows.some((row) => {
      const whole = taken.has(nameOf(row.number, row.text));
      const uncertain = row.reason === "uncertain" && struck.has(row.id);
      return !can_tell && uncertain && (row.class === "transactional" || !whole);
    });
    if (rows.length === 0) result.unknown.push(`a part: ${nameOf(number, text)}`);
    else if (!allowed) result.doubled.push(likeliestOwner(rows, struck));
  }
  return result;
}

/**
 * Of the texts to one number that hold the words of a surplus part, the one to look at: of which nobody knows, says the ledger,
 * else which was under way at a blow. Others may merely say the same.
 */
function likeliestOwner(rows: readonly Row[], struck: ReadonlyMap<string, number>): Row {
  const owner = rows.find((row) => row.reason === "uncertain") ?? rows.find((row) => struck.has(row.id)) ?? rows.at(0);
  if (!owner) throw new Error("a part of no text has no owner");
  return owner;
}

/** What the client was promised against the ledger: every 202 is one row, under the id that was answered. */
export function brokenPromises(ledger: readonly Row[], told: Told): string[] {
  const rows = new Map(ledger.map((row) => [row.id, row]));
  const broken: string[] = [];
  const given = new Set<string>();
  for (const [index, answer] of told.texts) {
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
  if (single !== told.texts.size) broken.push(`${told.texts.size} texts were answered, the ledger has ${single}`);
  return broken;
}

/** Campaigns against their lists: everybody on it has the campaign's text once, under their own name, and nobody else. */
export function wrongCampaigns(
  ledger: readonly Row[],
  tenant: Pick<Tenant, "listed" | "numberOf" | "nameOf">,
  told: Told,
): string[] {
  const wrong: string[] = [];
  const campaigns = Map.groupBy(
    ledger.filter((row) => row.source_type === "campaign"),
    (row) => row.source_id,
  );
  for (const { id, list, text } of told.campaigns) {
    const due = new Map(
      tenant.listed(list).map((contact) => [tenant.numberOf(contact), `${tenant.nameOf(contact)}${text}`]),
    );
    const rows = campaigns.get(id) ?? [];
    campaigns.delete(id);
    const reached = new Set<string>();
    for (const { number, text: got } of rows) {
      if (reached.has(number)) wrong.push(`${id} has two texts to ${number}`);
      reached.add(number);
      if (!due.has(number)) wrong.push(`${id} has a text to ${number}, who is not on its list`);
      else if (due.get(number) !== got) wrong.push(`${id} says to ${number}: ${got}`);
    }
    for (const number of due.keys()) if (!reached.has(number)) wrong.push(`${id} has no text to ${number}`);
  }
  for (const [id, rows] of campaigns) wrong.push(`${rows.length} texts are of campaign ${id}, which nobody sent`);
  return wrong;
}

const same = (left: Map<string, number>, right: Map<string, number>, what: string): string[] =>
  [...new Set([...left.keys(), ...right.keys()])]
    .filter((key) => (left.get(key) ?? 0) !== (right.get(key) ?? 0))
    .map((key) => `${what} ${key}: ${left.get(key) ?? 0} by the ledger, ${right.get(key) ?? 0} written`);

/** Quota by its rule: used is what was handed over or may have been, reserved is what is queued. */
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

/** message_counts against the ledger, by source and status. */
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

/** What is left over where nothing may be: queue, journal, lanes that somebody holds, campaigns under way. */
export async function leftOver(client: Queries, tenant: Tenant): Promise<string[]> {
  const { rows } = await client.query<{ what: string; n: number }>(
    `select 'rows in the queue' as what, count(*)::int as n from message_queue where workspace_id = $1
     union all select 'open journals', count(*)::int from dispatch_journal where workspace_id = $1
     union all select 'lanes held', count(*)::int from lanes where workspace_id = $1 and leased_by is not null
     union all select 'lanes with work', count(*)::int from lanes where workspace_id = $1 and has_work
     union all select 'campaigns not sent', count(*)::int from campaigns
       where workspace_id = $1 and status <> 'sent' and sent_at is not null`,
    [tenant.id],
  );
  return rows.filter(({ n }) => n > 0).map(({ what, n }) => `${n} ${what}`);
}
