/**
 * Who a campaign is for: the contacts of its lists and single contacts, without those of the lists and contacts that it
 * must not go to. One definition for the figures of the review and for preparation. Who of them may be texted is the
 * door's to say; here its own words (messages/suppress.ts) are only applied earlier.
 */
import { type RawBuilder, sql } from "kysely";
import type { SkipReason } from "../../contract/messages.ts";
import type { Db, Tx } from "../kit/db.ts";
import { isBeyondNames, isOptedOut, type SuppressionRule, suppression } from "../messages/suppress.ts";
import type { AudienceRefs } from "./campaign.ts";

export interface Audience {
  include: AudienceRefs;
  exclude: AudienceRefs;
}

/** Contact ids from `from` on and below `below`; null is open. Of a whole audience's work it cuts out a part. */
interface Range {
  from: string | null;
  below: string | null;
}

const everyone: Range = { from: null, below: null };

/** Whether `contacts c` is in the audience. */
export function inAudience(workspaceId: string, audience: Audience, range: Range = everyone): RawBuilder<boolean> {
  const named = (refs: AudienceRefs) => sql<boolean>`exists (select from (${members(workspaceId, refs, range)}) named
    where named.contact_id = c.id)`;
  const { lists, contacts } = audience.exclude;
  const excluded = lists.length + contacts.length > 0 ? sql`and not ${named(audience.exclude)}` : sql``;
  return sql<boolean>`(${named(audience.include)} ${within(sql`c.id`, range)} ${excluded})`;
}

/**
 * One branch a list: each comes in order from list_members' keys, so that PostgreSQL merges them with each other (union, not
 * union all, which it hashes) and with the contacts. The range stands in each branch because a merge does not carry it
 * over from the other side.
 */
function members(workspaceId: string, refs: AudienceRefs, range: Range): RawBuilder<unknown> {
  const branches = refs.lists.map(
    (id) => sql`select m.contact_id from list_members m
      where m.workspace_id = ${workspaceId}::uuid and m.list_id = ${id}::uuid ${within(sql`m.contact_id`, range)}`,
  );
  if (refs.contacts.length > 0 || branches.length === 0)
    branches.push(sql`select given.contact_id from unnest(${refs.contacts}::uuid[]) as given (contact_id)`);
  return sql.join(branches, sql` union `);
}

function within(column: RawBuilder<unknown>, { from, below }: Range): RawBuilder<unknown> {
  return sql`${from === null ? sql`` : sql`and ${column} >= ${from}::uuid`}
    ${below === null ? sql`` : sql`and ${column} < ${below}::uuid`}`;
}

/**
 * The next `size` whom lists and contacts name, in the order of their ids, and which of them are in the audience. However
 * many members the lists have, no more than `size` of each are read.
 */
export async function nextOfAudience(
  tx: Tx,
  workspaceId: string,
  { include, exclude }: Audience,
  after: string | null,
  size: number,
): Promise<{ to: string | null; contacts: string[] }> {
  const beyond = (column: RawBuilder<unknown>) => (after === null ? sql`` : sql`and ${column} > ${after}::uuid`);
  const branches = include.lists.map(
    (id) => sql`(select m.contact_id as id from list_members m
      where m.workspace_id = ${workspaceId}::uuid and m.list_id = ${id}::uuid ${beyond(sql`m.contact_id`)}
      order by m.contact_id limit ${size})`,
  );
  branches.push(sql`(select given.id from unnest(${include.contacts}::uuid[]) as given (id)
    where true ${beyond(sql`given.id`)} order by given.id limit ${size})`);
  const { rows } = await sql<{ id: string; counts: boolean }>`
    with named as materialized (select id from (${sql.join(branches, sql` union `)}) members order by id limit ${size})
    select named.id, exists (select from contacts c where c.workspace_id = ${workspaceId} and c.id = named.id)
      and named.id <> all (${exclude.contacts}::uuid[])
      and not exists (select from list_members m where m.workspace_id = ${workspaceId} and m.contact_id = named.id
        and m.list_id = any (${exclude.lists}::uuid[])) as counts
    from named order by named.id`.execute(tx);
  return { to: rows.at(-1)?.id ?? null, contacts: rows.filter((row) => row.counts).map((row) => row.id) };
}

/** How many will get a campaign, and why the others won't. */
export interface AudienceCount {
  will: number;
  wont: number;
  reasons: Partial<Record<SkipReason, number>>;
  /** Where the sender is a name: those that no name reaches, among `will` where a number stands in, else among `wont`. */
  beyond_names: number;
}

/**
 * Counts an audience. A million contacts take less than a quarter of a second on two cores, because almost all of them are
 * counted without a look at the contact itself: its primary key holds what most reasons depend on, and is read in the order
 * of list_members' key. What depends on the number, opt-outs and duplicates, concerns few and is looked up from their side.
 * Two connections share the work, each taking the next part when it is done with one, so that neither waits for long.
 */
export async function countAudience(db: Db, rule: SuppressionRule, audience: Audience): Promise<AudienceCount> {
  const { workspaceId } = rule;
  const kinds: KindCount[] = [];
  let optedOut = 0;
  let duplicate = 0;
  let rest: Sample["rest"] = null;
  const parts: ((tx: Tx) => Promise<void>)[] = [
    async (tx) => {
      const sample = await sampleOf(tx, rule, audience);
      rest = sample.rest;
      const countFrom = async (tx: Tx, from: string | null, below: string | null) =>
        void kinds.push(...(await countByKind(tx, rule, audience, { from, below }, rest?.kind)));
      const { cuts } = sample;
      parts.push(...[null, ...cuts].map((from, i) => (tx: Tx) => countFrom(tx, from, cuts[i] ?? null)));
    },
    async (tx) => void (optedOut = await countOptedOut(tx, rule, audience)),
    async (tx) => void (duplicate = await countDuplicates(tx, rule, audience)),
  ];
  let beyond = 0;
  if (rule.standIn !== undefined) parts.push(async (tx) => void (beyond = await countBeyondNames(tx, rule, audience)));
  const takeParts = () =>
    db.inWorkspace(workspaceId, async (tx) => {
      await planForMany(tx);
      for (let part = parts.shift(); part; part = parts.shift()) await part(tx);
    });
  await Promise.all([takeParts(), takeParts()]);
  const counted = sumUp(kinds, rest, optedOut, duplicate);
  if (rule.standIn !== null || beyond === 0) return { ...counted, beyond_names: beyond };
  const { will, wont, reasons } = counted;
  return {
    will: will - beyond,
    wont: wont + beyond,
    reasons: { ...reasons, country_not_allowed: beyond },
    beyond_names: beyond,
  };
}

/** Opt-outs and duplicates were counted by kind among those who get it. */
function sumUp(
  counted: KindCount[],
  rest: Sample["rest"],
  optedOut: number,
  duplicate: number,
): Omit<AudienceCount, "beyond_names"> {
  const others = counted.reduce((sum, { n }) => sum + n, 0);
  const kinds = rest ? [...counted, { reason: rest.reason, n: Math.max(0, rest.members - others) }] : counted;
  const reasons: AudienceCount["reasons"] = {};
  const add = (reason: SkipReason, n: number) => {
    if (n > 0) reasons[reason] = (reasons[reason] ?? 0) + n;
  };
  for (const { reason, n } of kinds) if (reason !== null) add(reason, n);
  add("opted_out", optedOut);
  add("duplicate", duplicate);
  const total = kinds.reduce((sum, { n }) => sum + n, 0);
  const wont = Object.values(reasons).reduce((sum, n) => sum + n, 0);
  return { will: total - wont, wont, reasons };
}

/** What of a contact the door looks at apart from the number itself. Literals, because bigint is wider than a number here. */
interface Kind {
  mobile_kind: string | null;
  phone_kind: string | null;
  marketing: boolean;
  sms_consents: string;
}

interface KindCount {
  reason: SkipReason | null;
  n: number;
}

interface Sample {
  /** Ids that cut the largest list into parts of about the same size; none where that is not worth it. */
  cuts: string[];
  /** Where the audience is one large list: how many it has, and the kind that most of them are, who need not be counted. */
  rest: { members: number; kind: Kind; reason: SkipReason | null } | null;
}

/** Below this an audience is counted faster than it is cut. */
const worthCutting = 50_000;
const sampleSize = 5_000;
const cutAt = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

async function sampleOf(tx: Tx, rule: SuppressionRule, { include, exclude }: Audience): Promise<Sample> {
  const { workspaceId } = rule;
  if (include.lists.length === 0) return { cuts: [], rest: null };
  const largest = await sql<{ id: string; members: number; percent: number }>`
    select l.id, l.members, least(100, 100 * ${sampleSize}::float8 / greatest(t.reltuples, 1)) as percent
    from lists l, pg_class t
    where l.workspace_id = ${workspaceId} and l.id = any(${include.lists}::uuid[]) and l.members >= ${worthCutting}
      and t.oid = 'list_members'::regclass and t.reltuples > 0
    order by l.members desc limit 1`.execute(tx);
  const list = largest.rows[0];
  if (!list) return { cuts: [], rest: null };
  const { rows } = await sql<{ cuts: string[] | null; kind: Kind | null }>`
    with sampled as materialized (
      select contact_id from list_members tablesample system (${list.percent})
      where workspace_id = ${workspaceId} and list_id = ${list.id}
    ), kinds as (
      select c.mobile_kind, c.phone_kind, c.marketing, c.sms_consents::text as sms_consents
      from (select contact_id from sampled where random() < 0.04) few
      join contacts c on c.workspace_id = ${workspaceId} and c.id = few.contact_id
      group by c.mobile_kind, c.phone_kind, c.marketing, c.sms_consents order by count(*) desc limit 1
    )
    select (select percentile_disc(${cutAt}::float8[]) within group (order by contact_id) from sampled) as cuts,
      (select row_to_json(kinds) from kinds) as kind`.execute(tx);
  const { cuts, kind } = rows[0] ?? { cuts: null, kind: null };
  const alone = include.lists.length + include.contacts.length + exclude.lists.length + exclude.contacts.length === 1;
  if (!alone || !kind) return { cuts: cuts ?? [], rest: null };
  return { cuts: cuts ?? [], rest: { members: list.members, kind, reason: await reasonOf(tx, rule, kind) } };
}

/**
 * The audience by kind, without those of the kind `but`. The door's words are applied to each kind of contact instead of
 * each contact.
 */
async function countByKind(
  tx: Tx,
  rule: SuppressionRule,
  audience: Audience,
  range: Range,
  but?: Kind,
): Promise<KindCount[]> {
  const others = but
    ? sql`and (c.mobile_kind, c.phone_kind, c.marketing, c.sms_consents) is distinct from ${literal(but)}`
    : sql``;
  const { rows } = await sql<KindCount>`
    with kinds as materialized (
      select c.mobile_kind, c.phone_kind, c.marketing, c.sms_consents, count(*) as n
      from contacts c
      where c.workspace_id = ${rule.workspaceId} ${others} and ${inAudience(rule.workspaceId, audience, range)}
      group by c.mobile_kind, c.phone_kind, c.marketing, c.sms_consents
    )
    select ${suppression(rule).standing} as reason, sum(c.n)::bigint as n
    from (select *, ${standIns("kinds")} from kinds) c
    group by 1`.execute(tx);
  return rows;
}

async function reasonOf(tx: Tx, rule: SuppressionRule, kind: Kind): Promise<SkipReason | null> {
  const { rows } = await sql<{ reason: SkipReason | null }>`
    select ${suppression(rule).standing} as reason
    from (select k.*, ${standIns("k")}
      from (values ${literal(kind)}) k (mobile_kind, phone_kind, marketing, sms_consents)) c`.execute(tx);
  return rows[0]?.reason ?? null;
}

const literal = ({ mobile_kind, phone_kind, marketing, sms_consents }: Kind) =>
  sql`(${mobile_kind}::number_kind, ${phone_kind}::number_kind, ${marketing}::boolean, ${sms_consents}::bigint)`;

/**
 * The two connections are the parallelism; compiling costs more here than it saves. Both sides of a join come in the order
 * of an index: that merging them is best is not seen by the planner where it underestimates one; it then hashes a million.
 */
async function planForMany(tx: Tx): Promise<void> {
  const settings = ["max_parallel_workers_per_gather = 0", "jit = off", "enable_hashjoin = off", "work_mem = '64MB'"];
  await sql.raw(settings.map((setting) => `set local ${setting}`).join("; ")).execute(tx);
}

/** Something in the place of the numbers, which the door asks only whether they are there before it looks at opt-outs. */
const standIns = (of: string) => sql.raw(`${of}.mobile_kind::text as mobile, ${of}.phone_kind::text as phone`);

/** What is read of contacts that are found by their number: what the indexes by number hold. */
const found = sql`h.id, h.mobile_kind, h.phone_kind, h.marketing, h.sms_consents, ${standIns("h")}`;

/**
 * How many of the audience are left out by nothing but an opt-out, found from the opt-outs' side. One lookup an opt-out in
 * the numbers' index and one in the lists': half of what it costs to read the contacts themselves.
 */
async function countOptedOut(tx: Tx, rule: SuppressionRule, audience: Audience): Promise<number> {
  const { workspaceId } = rule;
  const { rows } = await sql<{ n: number }>`
    with stopped as materialized (
      select distinct s.number from opt_outs s where s.workspace_id = ${workspaceId} and ${isOptedOut(rule, sql`s.number`)}
    ), holders as (
      select ${found} from stopped s join contacts h on h.workspace_id = ${workspaceId} and h.mobile = s.number
        and ${reachedByMobile("h")}
      union all
      select ${found} from contacts h
      where h.workspace_id = ${workspaceId} and ${reachedByPhone("h")} and ${isOptedOut(rule, sql`h.phone`)}
    )
    select count(*) as n from holders c
    where ${inAudience(workspaceId, audience)} and ${suppression(rule).standing} is null`.execute(tx);
  return rows[0]?.n ?? 0;
}

/** How many of those who would get it from a number are where a name is no sender. */
async function countBeyondNames(tx: Tx, rule: SuppressionRule, audience: Audience): Promise<number> {
  const fromNumber = { ...rule, standIn: undefined };
  const { number } = suppression(rule);
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from (${willGet(fromNumber, audience, sql`${number} as number`)}) r
    where ${isBeyondNames(sql`r.number`)}`.execute(tx);
  return rows[0]?.n ?? 0;
}

/** How many of the audience could get it, if nobody else of it had their number. */
async function countDuplicates(tx: Tx, rule: SuppressionRule, audience: Audience): Promise<number> {
  const { workspaceId } = rule;
  const willOtherwise = sql`${inAudience(workspaceId, audience)} and ${suppression(rule).standing} is null`;
  const { rows } = await sql<{ n: number }>`
    with numbers as materialized (
      select c.number, count(*) as n
      from (select ${found}, h.phone as number from contacts h
        where h.workspace_id = ${workspaceId} and ${reachedByPhone("h")} and not ${isOptedOut(rule, sql`h.phone`)}) c
      where ${willOtherwise}
      group by c.number
    )
    select (select coalesce(sum(n - 1), 0)::bigint from numbers)
      + (select count(*)
        from (select ${found} from numbers join contacts h on h.workspace_id = ${workspaceId} and h.mobile = numbers.number
          and ${reachedByMobile("h")}) c
        where ${willOtherwise}) as n`.execute(tx);
  return rows[0]?.n ?? 0;
}

/** Mobile wins over phone where it can be used. */
const reachedByMobile = (contact: "h") => sql.raw(`${contact}.mobile_kind in ('mobile', 'other')`);

/**
 * Mobile numbers are one contact's each, so only who is reached by `phone` can share a number with somebody. The words of
 * the index contacts_reached_by_phone.
 */
const reachedByPhone = (contact: "c" | "h") =>
  sql.raw(`(${contact}.phone_kind in ('mobile', 'other')
    and (${contact}.mobile_kind is null or ${contact}.mobile_kind not in ('mobile', 'other')))`);

/**
 * A query over everyone who will get a text, with `columns` of contacts: the door's reason is null, and of those who share
 * a number it is the one with the first id, as the door takes them. With `only` those of them who also meet that.
 */
export function willGet(
  rule: SuppressionRule,
  audience: Audience,
  columns: RawBuilder<unknown>,
  only: RawBuilder<boolean> = sql`true`,
): RawBuilder<unknown> {
  const { workspaceId } = rule;
  const { number, reason } = suppression(rule);
  const eligible = sql`c.workspace_id = ${workspaceId} and ${inAudience(workspaceId, audience)} and ${reason} is null`;
  return sql`
    with by_phone as materialized (
      select c.id, ${number} as number from contacts c where ${reachedByPhone("c")} and ${eligible}
    ), shared as materialized (
      select number, min(id::text collate "C")::uuid as first from (
        select id, number from by_phone
        union all
        select c.id, c.mobile from contacts c
        where c.mobile in (select number from by_phone) and c.mobile_kind in ('mobile', 'other') and ${eligible}
      ) holders
      group by number having count(*) > 1
    ), later as materialized (
      select id from by_phone p join shared s on s.number = p.number where p.id <> s.first
      union all
      select c.id from contacts c join shared s on s.number = c.mobile
      where c.workspace_id = ${workspaceId} and c.mobile_kind in ('mobile', 'other') and c.id <> s.first
    )
    select ${columns} from contacts c where ${only} and ${eligible} and c.id not in (select id from later)`;
}
