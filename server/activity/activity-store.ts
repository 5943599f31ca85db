/** All SQL of activity, activity_subscriptions and activity_unread. */
import { sql } from "kysely";
import type { ActivityType } from "../../contract/activity.ts";
import type { Tx } from "../kit/db.ts";
import { instantOf } from "../kit/id.ts";
import { inEachWorkspace } from "../kit/in-each-workspace.ts";

/** Something that happened to some subjects at one time. */
export interface Happened {
  type: ActivityType;
  /** Ids of what it happened to, by its type: messages, contacts, events of the consent ledger … */
  subjects: readonly string[];
  /** For consents: the contact of each subject. */
  contacts?: readonly string[];
  /** For opt-outs, which may belong to no contact. */
  number?: string;
}

export interface SubscriptionKey {
  workspace_id: string;
  id: string;
}

export interface SubscriptionRow extends SubscriptionKey {
  subscriber: string;
  types: string[];
  failures: number;
}

/** A part of a row of activity, as one subscription reads it. */
export interface ActivityPart {
  id: string;
  type: ActivityType;
  subjects: string[];
  /** Of consents: the contact of each subject. */
  contacts: string[] | null;
  number: string | null;
  /** How many of the row's subjects were read before, and how many it has. */
  taken: number;
  size: number;
}

/** The types that somebody in the workspace subscribes to. */
export async function selectWanted(tx: Tx, workspaceId: string): Promise<Set<string>> {
  const { rows } = await sql<{ types: string[] }>`
    select types from activity_subscriptions where workspace_id = ${workspaceId}::uuid`.execute(tx);
  return new Set(rows.flatMap(({ types }) => types));
}

/** Whether somebody in the workspace subscribes to one of the types. */
export async function isWanted(tx: Tx, workspaceId: string, types: readonly ActivityType[]): Promise<boolean> {
  const wanted = await selectWanted(tx, workspaceId);
  return types.some((type) => wanted.has(type));
}

type NewRow = Omit<Happened, "contacts"> & { id: string; contacts: readonly string[] | undefined };

export async function insertActivity(tx: Tx, workspaceId: string, rows: readonly NewRow[]): Promise<void> {
  await sql`
    insert into activity (workspace_id, id, type, subjects, contacts, number)
    select w.workspace_id, r.id, r.type, r.subjects, r.contacts, r.number
    from workspaces w, jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as r (id uuid, type text, subjects uuid[], contacts uuid[], number text)
    where w.workspace_id = ${workspaceId}::uuid`.execute(tx);
}

/** Marks the rows unread for each subscription of their types. It locks none: whoever ends one never waits for what happens. */
export async function insertUnread(tx: Tx, workspaceId: string, rows: readonly NewRow[]): Promise<void> {
  await sql`
    insert into activity_unread (workspace_id, subscription_id, activity_id)
    select s.workspace_id, s.id, r.id
    from activity_subscriptions s, unnest(${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ type }) => type)}::text[])
      as r (id, type)
    where s.workspace_id = ${workspaceId}::uuid and r.type = any(s.types)`.execute(tx);
}

/** Adds a subscription, or changes its types; what it has not read stays. */
export async function upsertSubscription(
  tx: Tx,
  { workspace_id, id, subscriber, types }: Omit<SubscriptionRow, "failures">,
): Promise<void> {
  await sql`
    insert into activity_subscriptions (workspace_id, id, subscriber, types)
    values (${workspace_id}, ${id}, ${subscriber}, ${types}::text[])
    on conflict (workspace_id, id) do update set types = excluded.types, failures = 0, next_at = null`.execute(tx);
}

/** Deletes a subscription with what it has not read. */
export async function deleteSubscription(tx: Tx, { workspace_id, id }: SubscriptionKey): Promise<void> {
  await sql`delete from activity_subscriptions where workspace_id = ${workspace_id} and id = ${id}`.execute(tx);
  await sql`delete from activity_unread where workspace_id = ${workspace_id} and subscription_id = ${id}`.execute(tx);
}

/** Subscriptions of all workspaces that have something to read at `at`, with the oldest of it, without locks. */
export async function findUnread(tx: Tx, at: Date, limit: number): Promise<(SubscriptionKey & { oldest: string })[]> {
  const { rows } = await sql<SubscriptionKey & { oldest: string }>`
    select s.workspace_id, s.id, u.activity_id as oldest
    from activity_subscriptions s join lateral (
      select activity_id from activity_unread u
      where u.workspace_id = s.workspace_id and u.subscription_id = s.id order by activity_id limit 1
    ) u on true
    where s.next_at is null or s.next_at <= ${at}
    order by u.activity_id limit ${limit}`.execute(tx);
  return rows;
}

/** The subscription if it is due at `at`, locked; undefined when another process reads for it. */
export async function claimSubscription(
  tx: Tx,
  { workspace_id, id }: SubscriptionKey,
  at: Date,
): Promise<SubscriptionRow | undefined> {
  const { rows } = await sql<SubscriptionRow>`
    select workspace_id, id, subscriber, types, failures from activity_subscriptions
    where workspace_id = ${workspace_id} and id = ${id} and (next_at is null or next_at <= ${at})
    for update skip locked`.execute(tx);
  return rows[0];
}

/** What the subscription has not read, oldest first: parts of at most `most` subjects of at most `limit` rows. */
export async function selectUnread(
  tx: Tx,
  { workspace_id, id }: SubscriptionKey,
  { most, limit }: { most: number; limit: number },
): Promise<ActivityPart[]> {
  const { rows } = await sql<ActivityPart>`
    select a.id, a.type, a.number, u.taken, cardinality(a.subjects) as size,
      a.subjects[u.taken + 1 : u.taken + ${most}::int]::text[] as subjects,
      a.contacts[u.taken + 1 : u.taken + ${most}::int]::text[] as contacts
    from (
      select activity_id, taken from activity_unread
      where workspace_id = ${workspace_id} and subscription_id = ${id}
      order by activity_id limit ${limit}
    ) u, lateral (
      -- OFFSET 0: one index lookup each, however few rows the planner expects.
      select a.* from activity a where a.workspace_id = ${workspace_id} and a.id = u.activity_id offset 0
    ) a
    order by u.activity_id`.execute(tx);
  return rows;
}

/** Deletes what was read to its end, and notes how far the last row was read. */
export async function markRead(
  tx: Tx,
  { workspace_id, id }: SubscriptionKey,
  read: readonly Pick<ActivityPart, "id" | "taken" | "size">[],
): Promise<void> {
  const whole = read.flatMap((part) => (part.taken >= part.size ? [part.id] : []));
  await sql`
    delete from activity_unread
    where workspace_id = ${workspace_id} and subscription_id = ${id} and activity_id = any(${whole}::uuid[])`.execute(
    tx,
  );
  for (const part of read) {
    if (part.taken >= part.size) continue;
    await sql`
      update activity_unread set taken = ${part.taken}
      where workspace_id = ${workspace_id} and subscription_id = ${id} and activity_id = ${part.id}`.execute(tx);
  }
}

/** When the subscription reads next, and how often in a row it has failed. */
export async function postpone(
  tx: Tx,
  { workspace_id, id }: SubscriptionKey,
  { next_at, failures }: { next_at: Date | null; failures: number },
): Promise<void> {
  await sql`
    update activity_subscriptions set next_at = ${next_at}, failures = ${failures}
    where workspace_id = ${workspace_id} and id = ${id}`.execute(tx);
}

/** Empties the numbers in the workspace's activity. */
export async function eraseNumbersIn(tx: Tx, workspaceId: string, numbers: readonly string[]): Promise<void> {
  if (numbers.length === 0) return;
  await sql`
    update activity set number = null
    where workspace_id = ${workspaceId} and number = any(${numbers}::text[])`.execute(tx);
}

/** How long ago what happened that a subscriber has not read yet, at most, in milliseconds; 0 where it has read everything. */
export async function readLags(tx: Tx): Promise<{ subscriber: string; lag_ms: number }[]> {
  const { rows } = await sql<{ subscriber: string; oldest: string | null; now: Date }>`
    select s.subscriber, u.activity_id as oldest, now() as now
    from activity_subscriptions s left join lateral (
      select activity_id from activity_unread u
      where u.workspace_id = s.workspace_id and u.subscription_id = s.id order by activity_id limit 1
    ) u on true`.execute(tx);
  const lags = new Map<string, number>();
  for (const { subscriber, oldest, now } of rows) {
    const lag = oldest === null ? 0 : now.getTime() - instantOf(oldest).getTime();
    lags.set(subscriber, Math.max(0, lag, lags.get(subscriber) ?? 0));
  }
  return [...lags].map(([subscriber, lag_ms]) => ({ subscriber, lag_ms }));
}

/** Workspaces whose activity is purged in one transaction, and rows that are deleted by one statement. */
const purgedAtOnce = 100;
const purgedRows = 10_000;

/**
 * Purges activity with ids before `read` that everybody has read, and all before `all`, of the next workspaces after `after`; returns the
 * last of these, null where there are no more. Needs a transaction that sees all workspaces.
 */
export async function purgeActivity(
  tx: Tx,
  { read, all }: { read: string; all: string },
  after: string,
): Promise<string | null> {
  const { rows } = await sql<{ workspace_id: string }>`
    select distinct workspace_id from activity where id < ${read} and workspace_id > ${after}
    order by workspace_id limit ${purgedAtOnce}`.execute(tx);
  await inEachWorkspace(rows, async (workspaceId) => {
    await sql`delete from activity_unread where workspace_id = ${workspaceId} and activity_id < ${all}`.execute(tx);
    for (let deleted = purgedRows; deleted === purgedRows;) {
      const gone = await sql`
        delete from activity a where a.workspace_id = ${workspaceId} and a.id = any(array(
          select b.id from activity b where b.workspace_id = ${workspaceId} and b.id < ${read}
            and not exists (select 1 from activity_unread u where u.workspace_id = ${workspaceId} and u.activity_id = b.id)
          order by b.id limit ${purgedRows}))`.execute(tx);
      deleted = Number(gone.numAffectedRows ?? 0);
    }
  });
  return rows.length === purgedAtOnce ? (rows.at(-1)?.workspace_id ?? null) : null;
}

/** Deletes what is unread for subscriptions that ended while it was written. Needs a transaction that sees all workspaces. */
export async function purgeOrphans(tx: Tx): Promise<void> {
  const { rows } = await sql<SubscriptionKey>`
    select distinct u.workspace_id, u.subscription_id as id from activity_unread u
    where not exists (select 1 from activity_subscriptions s
      where s.workspace_id = u.workspace_id and s.id = u.subscription_id)`.execute(tx);
  await inEachWorkspace(rows, async (workspaceId, own) => {
    await sql`
      delete from activity_unread u
      where u.workspace_id = ${workspaceId} and u.subscription_id = any(${own.map(({ id }) => id)}::uuid[])
        and not exists (select 1 from activity_subscriptions s
          where s.workspace_id = ${workspaceId} and s.id = u.subscription_id)`.execute(tx);
  });
}
