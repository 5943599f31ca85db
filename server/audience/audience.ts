/**
 * The audience of a campaign: the contacts of its lists and single contacts, without those of excluded lists and contacts. One
 * definition for the review's figures and for the preparation. Which of them may be texted is decided by the send pipeline, whose
 * conditions (suppress.ts) are applied earlier here.
 */
import { type RawBuilder, sql } from "kysely";
import type { SkipReason } from "../../contract/messages.ts";
import type { Db, Tx } from "../kit/db.ts";
import { setLocal } from "../kit/set-local.ts";
import { isBeyondNames, isCapped, isOptedOut, type SuppressionRule, suppression } from "./suppress.ts";

/** References to lists and contacts. */
export interface AudienceRefs {
  lists: string[];
  contacts: string[];
}

export interface Audience {
  include: AudienceRefs;
  exclude: AudienceRefs;
}

/** Contact ids from `from` on and below `below`; null is open. A part of an audience. */
interface Range {
  from: string | null;
  below: string | null;
}

const everyone: Range = { from: null, below: null };

/** Whether `contacts c` is in the audience. */
export function inAudience(workspaceId: string, audience: Audience, range: Range = everyone): RawBuilder<boolean> {
  const named = (refs: AudienceRefs) => isNamed(workspaceId, refs, range);
  const { lists, contacts } = audience.exclude;
  const excluded = lists.length + contacts.length > 0 ? sql`and not ${named(audience.exclude)}` : sql``;
  return sql<boolean>`(${named(audience.include)} ${within(sql`c.id`, range)} ${excluded})`;
}

/** Whether `contacts c` is on one of the lists or one of the contacts. */
export function isNamed(workspaceId: string, refs: AudienceRefs, range: Range = everyone): RawBuilder<boolean> {
  return sql<boolean>`exists (select from (${members(workspaceId, refs, range)}) named where named.contact_id = c.id)`;
}

/**
 * One branch per list: each is read in order from list_members' keys, so that PostgreSQL merges them with each other (union, not
 * union all, which it hashes) and with the contacts. The range is in each branch because a merge join does not pass it on from
 * the other side.
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

/** Where the audience is: each contact's zone with the beginning of the number, which tells its country and area. Each pair once. */
export async function placesOfAudience(
  tx: Tx,
  workspaceId: string,
  audience: Audience,
): Promise<{ time_zone: string | null; number: string | null }[]> {
  await planForMany(tx);
  const { rows } = await sql<{ time_zone: string | null; number: string | null }>`
    select distinct c.time_zone, left(coalesce(c.mobile, c.phone), ${beginningOfNumber}) as number from contacts c
    where c.workspace_id = ${workspaceId} and ${inAudience(workspaceId, audience)}`.execute(tx);
  return rows;
}

/** + and the digits that tell where a number is from (rules/zone-of-number.ts). */
export const beginningOfNumber = 7;

function within(column: RawBuilder<unknown>, { from, below }: Range): RawBuilder<unknown> {
  return sql`${from === null ? sql`` : sql`and ${column} >= ${from}::uuid`}
    ${below === null ? sql`` : sql`and ${column} < ${below}::uuid`}`;
}

/**
 * The next `size` contacts of the lists and references, in the order of their ids, and which of them are in the audience. No more
 * than `size` members of each list are read.
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

/** How many contacts will receive a campaign, and why the others will not. */
export interface AudienceCount {
  will: number;
  wont: number;
  reasons: Partial<Record<SkipReason, number>>;
  /** Where the sender is a name: contacts that names cannot reach, part of `will` where there is a fallback number, else of `wont`. */
  beyond_names: number;
}

/**
 * Counts an audience exactly. Most contacts of a large one are counted without reading them: its largest list has counts by
 * kind of contact (list_kinds), and only the rest of the audience and the excluded contacts are looked up. Conditions on the
 * number (opt-outs and duplicates) apply to few contacts, which are looked up from the opt-outs and shared numbers. Where this
 * would cost more than reading all lists, they are read in parts. Two connections share the work, each taking the next part when
 * it has finished one. docs/decisions/audience.md says what else was tried.
 */
export async function countAudience(db: Db, rule: SuppressionRule, audience: Audience): Promise<AudienceCount> {
  const { workspaceId } = rule;
  const kinds: KindCount[] = [];
  let optedOut = 0;
  let duplicate = 0;
  const parts: ((tx: Tx) => Promise<void>)[] = [
    async (tx) => {
      const known = await largestKnown(tx, workspaceId, audience);
      if (known) return void kinds.push(...(await countKnown(tx, rule, audience, known)));
      const cuts = await cutsOf(tx, workspaceId, audience);
      const countFrom = async (tx: Tx, range: Range) =>
        void kinds.push(...(await countByKind(tx, rule, audience, range)));
      parts.push(...[null, ...cuts].map((from, i) => (tx: Tx) => countFrom(tx, { from, below: cuts[i] ?? null })));
    },
    async (tx) => void (optedOut = await countOptedOut(tx, rule, audience)),
    async (tx) => void (duplicate = await countDuplicates(tx, rule, audience)),
  ];
  let capped = 0;
  if (rule.cap) parts.push(async (tx) => void (capped = await countCapped(tx, rule, audience)));
  let beyond = 0;
  if (rule.fallback !== undefined) parts.push(async (tx) => void (beyond = await countBeyondNames(tx, rule, audience)));
  const takeParts = () =>
    db.inWorkspace(workspaceId, async (tx) => {
      await planForMany(tx);
      for (let part = parts.shift(); part; part = parts.shift()) await part(tx);
    });
  await Promise.all([takeParts(), takeParts()]);
  const counted = sumUp(kinds, { opted_out: optedOut, frequency_cap: capped, duplicate });
  if (rule.fallback !== null || beyond === 0) return { ...counted, beyond_names: beyond };
  const { will, wont, reasons } = counted;
  return {
    will: will - beyond,
    wont: wont + beyond,
    reasons: { ...reasons, country_not_allowed: beyond },
    beyond_names: beyond,
  };
}

/** Those whose number is the reason are subtracted, since the counts by kind include them among the recipients. */
function sumUp(kinds: KindCount[], byNumber: Partial<Record<SkipReason, number>>): Omit<AudienceCount, "beyond_names"> {
  const reasons: AudienceCount["reasons"] = {};
  const add = (reason: SkipReason, n: number) => {
    if (n > 0) reasons[reason] = (reasons[reason] ?? 0) + n;
  };
  for (const { reason, n } of kinds) if (reason !== null) add(reason, n);
  for (const [reason, n] of Object.entries(byNumber)) add(reason as SkipReason, n);
  const total = kinds.reduce((sum, { n }) => sum + n, 0);
  const wont = Object.values(reasons).reduce((sum, n) => sum + n, 0);
  return { will: total - wont, wont, reasons };
}

interface KindCount {
  reason: SkipReason | null;
  n: number;
}

/** Looking up this many costs as much as reading a list of a million. */
const mostLookedUp = 100_000;

/** The largest included list, if it has counts by kind and the rest of the audience is small. */
async function largestKnown(tx: Tx, workspaceId: string, { include, exclude }: Audience): Promise<string | null> {
  if (include.lists.length === 0) return null;
  const { rows } = await sql<{ id: string; members: number; kinds_known: boolean }>`
    select id, members, kinds_known from lists
    where workspace_id = ${workspaceId} and id = any(${[...include.lists, ...exclude.lists]}::uuid[])`.execute(tx);
  const included = rows.filter(({ id }) => include.lists.includes(id)).sort((a, b) => b.members - a.members);
  const largest = included.find((list) => list.kinds_known);
  if (!largest) return null;
  const others = rows.filter((list) => list !== largest).reduce((sum, { members }) => sum + members, 0);
  return others + include.contacts.length + exclude.contacts.length <= mostLookedUp ? largest.id : null;
}

/** The audience by kind: the list's counts, plus other included contacts, minus excluded members. */
async function countKnown(tx: Tx, rule: SuppressionRule, audience: Audience, list: string): Promise<KindCount[]> {
  const { workspaceId } = rule;
  const { include, exclude } = audience;
  const others = { lists: include.lists.filter((id) => id !== list), contacts: include.contacts };
  const onList = sql<boolean>`exists (select from list_members l
    where l.workspace_id = ${workspaceId} and l.list_id = ${list} and l.contact_id = named.contact_id)`;
  const lookedUp = (refs: AudienceRefs, sign: 1 | -1, where: RawBuilder<unknown>) => sql`
    union all
    select c.mobile_kind, c.phone_kind, c.marketing, c.sms_consents, ${sign}::integer
    from (${members(workspaceId, refs, everyone)}) named
    cross join lateral (
      select mobile_kind, phone_kind, marketing, sms_consents from contacts
      where workspace_id = ${workspaceId} and id = named.contact_id offset 0
    ) c
    where ${where}`;
  const named = (refs: AudienceRefs) => refs.lists.length + refs.contacts.length > 0;
  const unwanted = named(exclude)
    ? sql`and named.contact_id not in (select contact_id from (${members(workspaceId, exclude, everyone)}) unwanted)`
    : sql``;
  const { rows } = await sql<KindCount>`
    with kinds as materialized (
      select mobile_kind, phone_kind, marketing, sms_consents, sum(n) as n from (
        select mobile_kind, phone_kind, marketing, sms_consents, n from list_kinds
        where workspace_id = ${workspaceId} and list_id = ${list}
        ${named(others) ? lookedUp(others, 1, sql`not ${onList} ${unwanted}`) : sql``}
        ${named(exclude) ? lookedUp(exclude, -1, onList) : sql``}
      ) counted (mobile_kind, phone_kind, marketing, sms_consents, n)
      group by mobile_kind, phone_kind, marketing, sms_consents
    )
    ${reasonsOfKinds(rule)}`.execute(tx);
  return rows;
}

/** Smaller audiences are counted faster in one piece. */
const worthCutting = 50_000;
const sampleSize = 5_000;
const cutAt = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/** Ids that divide the largest list into parts of about the same size; none for a small one. */
async function cutsOf(tx: Tx, workspaceId: string, { include }: Audience): Promise<string[]> {
  if (include.lists.length === 0) return [];
  const largest = await sql<{ id: string; percent: number }>`
    select l.id, least(100, 100 * ${sampleSize}::float8 / greatest(t.reltuples, 1)) as percent
    from lists l, pg_class t
    where l.workspace_id = ${workspaceId} and l.id = any(${include.lists}::uuid[]) and l.members >= ${worthCutting}
      and t.oid = 'list_members'::regclass and t.reltuples > 0
    order by l.members desc limit 1`.execute(tx);
  const list = largest.rows[0];
  if (!list) return [];
  const { rows } = await sql<{ cuts: string[] | null }>`
    select percentile_disc(${cutAt}::float8[]) within group (order by contact_id) as cuts
    from list_members tablesample system (${list.percent})
    where workspace_id = ${workspaceId} and list_id = ${list.id}`.execute(tx);
  return rows[0]?.cuts ?? [];
}

/** Reads the audience by kind. The conditions for sending are applied to each kind of contact instead of each contact. */
async function countByKind(tx: Tx, rule: SuppressionRule, audience: Audience, range: Range): Promise<KindCount[]> {
  const { rows } = await sql<KindCount>`
    with kinds as materialized (
      select c.mobile_kind, c.phone_kind, c.marketing, c.sms_consents, count(*) as n
      from contacts c
      where c.workspace_id = ${rule.workspaceId} and ${inAudience(rule.workspaceId, audience, range)}
      group by c.mobile_kind, c.phone_kind, c.marketing, c.sms_consents
    )
    ${reasonsOfKinds(rule)}`.execute(tx);
  return rows;
}

const reasonsOfKinds = (rule: SuppressionRule) => sql`
  select ${suppression(rule).otherReason} as reason, sum(c.n)::bigint as n
  from (select *, ${kindsAsNumbers("kinds")} from kinds) c
  group by 1`;

/**
 * The two connections are the parallelism; JIT compilation costs more here than it saves. Both sides of a join are read in the
 * order of an index: the planner misses that merging is best where it underestimates one side, and then hashes a million rows.
 * Sequential scans are off, because with statistics from before an import the tables would be scanned for each of many rows.
 */
async function planForMany(tx: Tx): Promise<void> {
  await setLocal(
    tx,
    "max_parallel_workers_per_gather = 0",
    "jit = off",
    "enable_hashjoin = off",
    "enable_seqscan = off",
    "work_mem = '64MB'",
  );
}

/** Placeholders for the numbers, which the conditions only check for null before those on opt-outs. */
const kindsAsNumbers = (of: string) => sql.raw(`${of}.mobile_kind::text as mobile, ${of}.phone_kind::text as phone`);

/** The columns of contacts found by their number: only those in the indexes by number. */
const found = sql`h.id, h.mobile_kind, h.phone_kind, h.marketing, h.sms_consents, ${kindsAsNumbers("h")}`;

/**
 * The ids of a named subquery's rows that are in the audience; all of them are contacts. As an array they are looked up in one
 * index scan, which takes three quarters of the time of a join and does not depend on the planner's statistics.
 */
function idsInAudience(workspaceId: string, { include, exclude }: Audience, rows: "holders" | "sharing") {
  const among = sql.raw(`array(select id from ${rows})`);
  const amongThem = (refs: AudienceRefs) => {
    const branches = refs.lists.map(
      (id) => sql`select m.contact_id from list_members m
        where m.workspace_id = ${workspaceId}::uuid and m.list_id = ${id}::uuid and m.contact_id = any (${among})`,
    );
    if (refs.contacts.length > 0 || branches.length === 0)
      branches.push(sql`select r.id from ${sql.raw(rows)} r where r.id = any (${refs.contacts}::uuid[])`);
    return sql.join(branches, sql` union `);
  };
  const none = exclude.lists.length + exclude.contacts.length === 0;
  return none ? sql`(${amongThem(include)})` : sql`((${amongThem(include)}) except (${amongThem(exclude)}))`;
}

/** Contacts that are reached by a mobile among the numbers. */
const heldByMobile = (workspaceId: string, numbers: "stopped" | "by_phone" | "filled") => sql`
  select ${found}, h.mobile as number from contacts h
  where h.workspace_id = ${workspaceId} and h.mobile = any (array(select distinct number from ${sql.raw(numbers)}))
    and ${reachedByMobile("h")}`;

/**
 * How many of the audience are skipped only because of an opt-out, found from the opt-outs. For each opt-out one lookup in the
 * index of numbers and one in that of the lists: half the cost of reading the contacts themselves.
 */
async function countOptedOut(tx: Tx, rule: SuppressionRule, audience: Audience): Promise<number> {
  const { workspaceId } = rule;
  const { rows } = await sql<{ n: number }>`
    with stopped as materialized (
      select distinct s.number from opt_outs s where s.workspace_id = ${workspaceId} and ${isOptedOut(rule, sql`s.number`)}
    ), holders as materialized (
      select c.id from (
        ${heldByMobile(workspaceId, "stopped")}
        union all
        select ${found}, h.phone as number from contacts h
        where h.workspace_id = ${workspaceId} and ${reachedByPhone("h")} and ${isOptedOut(rule, sql`h.phone`)}
      ) c
      where ${suppression(rule).otherReason} is null
    )
    select count(*) as n from ${idsInAudience(workspaceId, audience, "holders")} named`.execute(tx);
  return rows[0]?.n ?? 0;
}

/** How many of the audience are skipped only because of the frequency cap, found from the full numbers. */
async function countCapped(tx: Tx, rule: SuppressionRule, audience: Audience): Promise<number> {
  const { workspaceId } = rule;
  const { rows } = await sql<{ n: number }>`
    with filled as materialized (
      select f.number from unnest(${rule.cap?.full ?? []}::text[]) as f (number)
    ), holders as materialized (
      select c.id from (
        ${heldByMobile(workspaceId, "filled")}
        union all
        select ${found}, h.phone as number from contacts h
        where h.workspace_id = ${workspaceId} and ${reachedByPhone("h")} and h.phone in (select number from filled)
      ) c
      where ${suppression(rule).otherReason} is null and not ${isOptedOut(rule, sql`c.number`)}
    )
    select count(*) as n from ${idsInAudience(workspaceId, audience, "holders")} named`.execute(tx);
  return rows[0]?.n ?? 0;
}

/** How many contacts who would receive it from a number are in countries where names cannot be senders. */
async function countBeyondNames(tx: Tx, rule: SuppressionRule, audience: Audience): Promise<number> {
  const fromNumber = { ...rule, fallback: undefined };
  const { number } = suppression(rule);
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from (${willGet(fromNumber, audience, sql`${number} as number`)}) r
    where ${isBeyondNames(sql`r.number`)}`.execute(tx);
  return rows[0]?.n ?? 0;
}

/**
 * How many of the audience are skipped only because another contact of it has the same number. Shared numbers are looked up
 * before the audience, because they are rare.
 */
async function countDuplicates(tx: Tx, rule: SuppressionRule, audience: Audience): Promise<number> {
  const { workspaceId } = rule;
  const { otherReason } = suppression(rule);
  const { rows } = await sql<{ n: number }>`
    with by_phone as materialized (
      select c.id, c.number, count(*) over (partition by c.number) as holders
      from (select ${found}, h.phone as number from contacts h
        where h.workspace_id = ${workspaceId} and ${reachedByPhone("h")} and not ${isOptedOut(rule, sql`h.phone`)}
          and not ${isCapped(rule, sql`h.phone`)}) c
      where ${otherReason} is null
    ), by_mobile as materialized (
      select c.id, c.number from (${heldByMobile(workspaceId, "by_phone")}) c where ${otherReason} is null
    ), sharing as materialized (
      select id, number from by_mobile
      union all
      select p.id, p.number from by_phone p where p.holders > 1 or p.number in (select number from by_mobile)
    )
    select coalesce(sum(n - 1), 0)::bigint as n from (
      select count(*) as n from sharing
      -- As a condition instead of a join, which would compare each with each where the planner expects one.
      where (id in (select contact_id from ${idsInAudience(workspaceId, audience, "sharing")} named (contact_id))) is true
      group by number
    ) shared`.execute(tx);
  return rows[0]?.n ?? 0;
}

/** The mobile is used before the phone where it can receive texts. */
const reachedByMobile = (contact: "h") => sql.raw(`${contact}.mobile_kind in ('mobile', 'other')`);

/**
 * A mobile number belongs to one contact, so that only contacts reached by `phone` can share a number. The same expression as in
 * the index contacts_reached_by_phone.
 */
export const reachedByPhone = (contact: "c" | "h") =>
  sql.raw(`(${contact}.phone_kind in ('mobile', 'other')
    and (${contact}.mobile_kind is null or ${contact}.mobile_kind not in ('mobile', 'other')))`);

/**
 * A query over the contacts who will receive a text, with `columns` of them: no reason to skip them applies, and of those who
 * share a number it is the one with the first id, as in sending. With `only`, those of them who also fulfil that.
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
