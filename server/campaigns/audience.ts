/**
 * Who a campaign is for: the contacts of its lists and single contacts, without those of the lists and contacts that it
 * must not go to. One definition for the figures of the review and for preparation. Who of them may be texted is the
 * door's to say; here its own words (messages/suppress.ts) are only applied earlier.
 */
import { type RawBuilder, sql } from "kysely";
import type { SkipReason } from "../../contract/messages.ts";
import type { Db, Tx } from "../kit/db.ts";
import { isOptedOut, type SuppressionRule, suppression } from "../messages/suppress.ts";
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
}

/**
 * Counts an audience. A million contacts take a quarter of a second on two cores, because almost all of them are counted
 * without a look at the contact itself: the index contacts_audience holds what most reasons depend on, and is read in the
 * order of list_members' key, each half of the ids on a connection of its own. What depends on the number, opt-outs and
 * duplicates, concerns few and is looked up from their side.
 */
export async function countAudience(db: Db, rule: SuppressionRule, audience: Audience): Promise<AudienceCount> {
  const { workspaceId } = rule;
  const middle = await db.inWorkspace(workspaceId, (tx) => middleOf(tx, workspaceId, audience.include.lists));
  const [lower, upper] = await Promise.all([
    db.inWorkspace(workspaceId, async (tx) => {
      await planForMany(tx);
      const kinds = await countByKind(tx, rule, audience, middle ? { from: null, below: middle } : everyone);
      return { kinds, optedOut: await countOptedOut(tx, rule, audience) };
    }),
    db.inWorkspace(workspaceId, async (tx) => {
      await planForMany(tx);
      const kinds = middle ? await countByKind(tx, rule, audience, { from: middle, below: null }) : [];
      return { kinds, duplicate: await countDuplicates(tx, rule, audience) };
    }),
  ]);
  return sumUp([...lower.kinds, ...upper.kinds], lower.optedOut, upper.duplicate);
}

/** Opt-outs and duplicates were counted by kind among those who get it. */
function sumUp(kinds: KindCount[], optedOut: number, duplicate: number): AudienceCount {
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

interface KindCount {
  reason: SkipReason | null;
  n: number;
}

/** Below this an audience is counted faster than it is cut in two. */
const worthHalving = 50_000;
const sampleSize = 10_000;

/** About the middle of the largest list, by a sample, or null where halving is not worth it. */
async function middleOf(tx: Tx, workspaceId: string, lists: string[]): Promise<string | null> {
  if (lists.length === 0) return null;
  const largest = await sql<{ id: string; percent: number }>`
    select l.id, least(100, 100 * ${sampleSize}::float8 / greatest(t.reltuples, 1)) as percent
    from lists l, pg_class t
    where l.workspace_id = ${workspaceId} and l.id = any(${lists}::uuid[]) and l.members >= ${worthHalving}
      and t.oid = 'list_members'::regclass and t.reltuples > 0
    order by l.members desc limit 1`.execute(tx);
  const list = largest.rows[0];
  if (!list) return null;
  const { rows } = await sql<{ middle: string | null }>`
    select percentile_disc(0.5) within group (order by contact_id) as middle
    from list_members tablesample system (${list.percent})
    where workspace_id = ${workspaceId} and list_id = ${list.id}`.execute(tx);
  return rows[0]?.middle ?? null;
}

/**
 * The audience by what of a contact the door looks at apart from the number itself. The door's words are applied to each
 * kind of contact instead of each contact, with a stand-in for the number that nobody has opted out.
 */
async function countByKind(tx: Tx, rule: SuppressionRule, audience: Audience, range: Range): Promise<KindCount[]> {
  const { rows } = await sql<KindCount>`
    with kinds as materialized (
      select c.mobile_kind, c.phone_kind, c.marketing, c.sms_consents, count(*) as n
      from contacts c
      where c.workspace_id = ${rule.workspaceId} and ${inAudience(rule.workspaceId, audience, range)}
      group by c.mobile_kind, c.phone_kind, c.marketing, c.sms_consents
    )
    select ${suppression(rule).reason} as reason, sum(c.n)::bigint as n
    from (select *, mobile_kind::text as mobile, phone_kind::text as phone from kinds) c
    group by 1`.execute(tx);
  return rows;
}

/** The two halves are the parallelism; sorting and compiling cost more here than they save. */
async function planForMany(tx: Tx): Promise<void> {
  await sql
    .raw("set local max_parallel_workers_per_gather = 0; set local jit = off; set local work_mem = '64MB'")
    .execute(tx);
}

/**
 * Contacts without their numbers: what the index contacts_audience holds, with stand-ins for the numbers that nobody has
 * opted out, so that the door's words can be applied to them.
 */
const standIns = (workspaceId: string) => sql`(
  select id, mobile_kind, phone_kind, marketing, sms_consents, mobile_kind::text as mobile, phone_kind::text as phone
  from contacts where workspace_id = ${workspaceId})`;

/**
 * How many of the audience are left out by nothing but an opt-out, found from the opt-outs' side. Materialized step by
 * step, each one lookup an opt-out in an index alone: half of what one join costs that reads the contacts themselves.
 */
async function countOptedOut(tx: Tx, rule: SuppressionRule, audience: Audience): Promise<number> {
  const { workspaceId } = rule;
  const willOtherwise = sql`${inAudience(workspaceId, audience)} and ${suppression(rule).reason} is null`;
  const { rows } = await sql<{ n: number }>`
    with stopped as materialized (
      select distinct number from (select number from opt_outs where workspace_id = ${workspaceId}) o
      where ${isOptedOut(rule, sql`o.number`)}
    ), by_mobile as materialized (
      select h.id from stopped s join contacts h on h.workspace_id = ${workspaceId} and h.mobile = s.number
    ), by_phone as materialized (
      select h.id from stopped s
      join contacts h on h.workspace_id = ${workspaceId} and h.phone = s.number and ${reachedByPhone("h")}
    )
    select (select count(*) from by_mobile b join ${standIns(workspaceId)} c on c.id = b.id
        where c.mobile_kind in ('mobile', 'other') and ${willOtherwise})
      + (select count(*) from by_phone b join ${standIns(workspaceId)} c on c.id = b.id where ${willOtherwise}) as n`.execute(
    tx,
  );
  return rows[0]?.n ?? 0;
}

/** How many of the audience could get it, if nobody else of it had their number. */
async function countDuplicates(tx: Tx, rule: SuppressionRule, audience: Audience): Promise<number> {
  const { workspaceId } = rule;
  const willOtherwise = sql`${inAudience(workspaceId, audience)} and ${suppression(rule).reason} is null`;
  const { rows } = await sql<{ n: number }>`
    with by_phone as materialized (
      select h.id, h.phone as number from contacts h where h.workspace_id = ${workspaceId} and ${reachedByPhone("h")}
    ), numbers as materialized (
      select b.number, count(*) as n from by_phone b join ${standIns(workspaceId)} c on c.id = b.id
      where ${willOtherwise} and not ${isOptedOut(rule, sql`b.number`)}
      group by b.number
    ), by_mobile as materialized (
      select h.id from numbers n join contacts h on h.workspace_id = ${workspaceId} and h.mobile = n.number
    )
    select (select coalesce(sum(n - 1), 0)::bigint from numbers)
      + (select count(*) from by_mobile b join ${standIns(workspaceId)} c on c.id = b.id
        where c.mobile_kind in ('mobile', 'other') and ${willOtherwise}) as n`.execute(tx);
  return rows[0]?.n ?? 0;
}

/**
 * Mobile numbers are one contact's each, so only who is reached by `phone` can share a number with somebody. The words of
 * the index contacts_reached_by_phone.
 */
const reachedByPhone = (contact: "c" | "h") =>
  sql.raw(`(${contact}.phone_kind in ('mobile', 'other')
    and (${contact}.mobile_kind is null or ${contact}.mobile_kind not in ('mobile', 'other')))`);

/**
 * A query over everyone who will get a text, with `columns` of contacts: the door's reason is null, and of those who share
 * a number it is the one with the first id, as the door takes them.
 */
export function willGet(rule: SuppressionRule, audience: Audience, columns: RawBuilder<unknown>): RawBuilder<unknown> {
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
    select ${columns} from contacts c where ${eligible} and c.id not in (select id from later)`;
}
