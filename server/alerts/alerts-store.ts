/** All SQL of alerts and alert_views. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { type AlertRow, type Condition, reopenWithin, type WatchedKind, watched } from "./alert.ts";

/** An alert that a check raised or resolved. */
export interface Change {
  alert: AlertRow;
  change: "raised" | "resolved";
}

type ChangeRow = AlertRow & { change: Change["change"] };
export const changesOf = (rows: readonly ChangeRow[]): Change[] =>
  rows.map(({ change, ...alert }) => ({ alert, change }));

export const columns = sql.raw("workspace_id, id, kind, subject, severity, params, raised_at, resolved_at");

/** A new alert's id: a UUIDv7 of `at`, plus `after` milliseconds to keep several in order. */
export const alertIdAt = (at: Date, after = sql`0`) =>
  sql`(substr(first_id_at(${at}::timestamptz + ${after} * interval '1 millisecond')::text, 1, 15) || substr(gen_random_uuid()::text, 16))::uuid`;

/** Serialises the checks of a kind over all processes. */
export async function lockKind(tx: Tx, kind: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('alerts ' || ${kind}, 0))`.execute(tx);
}

/** The subjects of a kind that have an open alert, as `workspace subject`. */
export async function openSubjects(tx: Tx, kind: string): Promise<Set<string>> {
  const { rows } = await sql<{ key: string }>`
    select workspace_id || ' ' || subject as key from alerts where kind = ${kind} and resolved_at is null`.execute(tx);
  return new Set(rows.map(({ key }) => key));
}

/**
 * Raises and resolves alerts of a kind so that those of `conditions` are open. A condition whose alert was resolved within the
 * hour reopens it; an alert is resolved once its condition has not held for the kind's time.
 */
export async function reconcileAlerts(
  tx: Tx,
  kind: WatchedKind,
  conditions: readonly Condition[],
  at: Date,
): Promise<Change[]> {
  const { severity, resolve_after_ms } = watched[kind];
  const reopenAfter = new Date(at.getTime() - reopenWithin);
  const clearBefore = new Date(at.getTime() - resolve_after_ms);
  const { rows } = await sql<ChangeRow>`
    with found as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(conditions)}::jsonb) as f (workspace_id uuid, subject text, params jsonb)
    ), held as (
      update alerts a set clear_since = null from found f
      where a.workspace_id = f.workspace_id and a.kind = ${kind} and a.subject = f.subject
        and a.resolved_at is null and a.clear_since is not null
    ), fresh as materialized (
      select f.*, (select id from alerts a
        where a.workspace_id = f.workspace_id and a.kind = ${kind} and a.subject = f.subject and a.resolved_at > ${reopenAfter}
        order by a.raised_at desc limit 1) as before
      from found f
      where not exists (select from alerts a
        where a.workspace_id = f.workspace_id and a.kind = ${kind} and a.subject = f.subject and a.resolved_at is null)
    ), back as (
      update alerts a set resolved_at = null, clear_since = null, raised_at = ${at}, params = f.params
      from fresh f where a.workspace_id = f.workspace_id and a.id = f.before
      returning a.*
    ), made as (
      insert into alerts (workspace_id, id, kind, subject, severity, params, raised_at)
      select workspace_id, ${alertIdAt(at)}, ${kind}, subject, ${severity}, params, ${at} from fresh where before is null
      returning *
    ), cleared as (
      update alerts a set clear_since = coalesce(a.clear_since, ${at}),
        resolved_at = case when coalesce(a.clear_since, ${at}) <= ${clearBefore} then ${at}::timestamptz end
      where a.kind = ${kind} and a.resolved_at is null and (a.clear_since is null or a.clear_since <= ${clearBefore})
        and not exists (select from found f where f.workspace_id = a.workspace_id and f.subject = a.subject)
      returning a.*
    )
    select 'raised' as change, ${columns} from back
    union all select 'raised', ${columns} from made
    union all select 'resolved', ${columns} from cleared where resolved_at is not null`.execute(tx);
  return changesOf(rows);
}

/** Newest first, before the one of id `before`. */
export async function listAlerts(
  tx: Tx,
  workspaceId: string,
  { state, before, limit }: { state: "open" | "past" | undefined; before: string | null; limit: number },
): Promise<AlertRow[]> {
  const states = { open: sql`and resolved_at is null`, past: sql`and resolved_at is not null` };
  const { rows } = await sql<AlertRow>`
    select ${columns} from alerts
    where workspace_id = ${workspaceId} ${state ? states[state] : sql``} ${before ? sql`and id < ${before}` : sql``}
    order by id desc limit ${limit}`.execute(tx);
  return rows;
}

/** The open ones among these. */
export async function openAmong(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<AlertRow[]> {
  const { rows } = await sql<AlertRow>`
    select ${columns} from alerts
    where workspace_id = ${workspaceId} and id = any(${ids}::uuid[]) and resolved_at is null
    order by severity = 'critical' desc, id`.execute(tx);
  return rows;
}

/** How many are open, and how many of those were raised since the person last saw them; without a person all of them. */
export async function countOpen(
  tx: Tx,
  workspaceId: string,
  userId: string | null,
): Promise<{ open: number; unseen: number }> {
  const { rows } = await sql<{ open: number; unseen: number }>`
    select count(*) as open, count(*) filter (where raised_at > coalesce(
      (select seen_at from alert_views where workspace_id = ${workspaceId} and user_id = ${userId}), '-infinity')) as unseen
    from alerts where workspace_id = ${workspaceId} and resolved_at is null`.execute(tx);
  return rows[0] ?? { open: 0, unseen: 0 };
}

export async function openCritical(tx: Tx, workspaceId: string, max: number): Promise<AlertRow[]> {
  const { rows } = await sql<AlertRow>`
    select ${columns} from alerts
    where workspace_id = ${workspaceId} and resolved_at is null and severity = 'critical'
    order by id desc limit ${max}`.execute(tx);
  return rows;
}

export async function recordSeen(tx: Tx, workspaceId: string, userId: string, at: Date): Promise<void> {
  await sql`
    insert into alert_views (workspace_id, user_id, seen_at) values (${workspaceId}, ${userId}, ${at})
    on conflict (workspace_id, user_id) do update set seen_at = greatest(alert_views.seen_at, excluded.seen_at)`.execute(
    tx,
  );
}

/** Purges alerts resolved before a time. Needs a transaction that sees all workspaces. */
export async function purgeAlerts(tx: Tx, before: Date): Promise<void> {
  await sql`delete from alerts where resolved_at < ${before}`.execute(tx);
}

/**
 * Marks the open alerts that are due for a mail as mailed and returns them. An alert is mailed at most once an hour, a quota's
 * threshold once. A workspace is mailed at most once a pause, and then about all new alerts; a critical alert does not wait
 * for the end of a pause that a lesser one began.
 */
export async function takeUnmailed(
  tx: Tx,
  at: Date,
  { againBefore, pauseFrom }: { againBefore: Date; pauseFrom: Date },
): Promise<Pick<AlertRow, "workspace_id" | "id" | "kind">[]> {
  const { rows } = await sql<Pick<AlertRow, "workspace_id" | "id" | "kind">>`
    with due as materialized (
      select workspace_id, id from alerts a
      where resolved_at is null and clear_since is null
        and (mailed_at is null or (kind <> 'quota' and raised_at > mailed_at and mailed_at <= ${againBefore}))
        and not exists (select from alerts b where b.workspace_id = a.workspace_id and b.mailed_at > ${pauseFrom}
          and (b.severity = 'critical' or a.severity <> 'critical'))
    )
    update alerts a set mailed_at = ${at} from due
    where a.workspace_id = due.workspace_id and a.id = due.id
    returning a.workspace_id, a.id, a.kind`.execute(tx);
  return rows;
}
