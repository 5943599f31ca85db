/** All SQL of alerts and alert_views. */
import { type RawBuilder, sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { inEachWorkspace } from "../kit/in-each-workspace.ts";
import type { AlertRow, WatchedKind } from "./alert.ts";

export const columns = sql.raw(
  "a.workspace_id, a.id, a.kind, a.subject, a.severity, a.params, a.raised_at, a.resolved_at",
);

/** Serialises the checks of a kind over all processes. */
export async function lockKind(tx: Tx, kind: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('alerts ' || ${kind}, 0))`.execute(tx);
}

/** An open alert, as the checks see it. */
export interface OpenAlert {
  workspace_id: string;
  id: string;
  subject: string;
  /** Since when its condition has not held; null while it holds. */
  clear_since: Date | null;
}

/** The open alerts of a kind. */
export async function selectOpen(tx: Tx, kind: WatchedKind): Promise<OpenAlert[]> {
  const { rows } = await sql<OpenAlert>`
    select workspace_id, id, subject, clear_since from alerts where kind = ${kind} and resolved_at is null`.execute(tx);
  return rows;
}

type Subject = Pick<AlertRow, "workspace_id" | "subject">;

/** The alerts of a kind about these subjects that were resolved after a time, the last raised one last. */
export async function selectResolved(
  tx: Tx,
  kind: WatchedKind,
  subjects: readonly Subject[],
  after: Date,
): Promise<(Subject & { id: string })[]> {
  if (subjects.length === 0) return [];
  const { rows } = await sql<Subject & { id: string }>`
    select a.workspace_id, a.subject, a.id
    from unnest(${subjects.map((each) => each.workspace_id)}::uuid[], ${subjects.map((each) => each.subject)}::text[])
        as u (workspace_id, subject)
      join alerts a on a.workspace_id = u.workspace_id and a.kind = ${kind} and a.subject = u.subject
    where a.resolved_at > ${after} order by a.raised_at`.execute(tx);
  return rows;
}

export type NewAlert = Omit<AlertRow, "params"> & { params: object };

/**
 * Inserts a workspace's alerts, except those about a subject that has an open one, or with `once` any one of the kind. Returns the
 * inserted ones.
 */
export async function insertAlerts(
  tx: Tx,
  workspaceId: string,
  alerts: readonly NewAlert[],
  { once = false } = {},
): Promise<AlertRow[]> {
  if (alerts.length === 0) return [];
  const { rows } = await sql<AlertRow>`
    insert into alerts as a (workspace_id, id, kind, subject, severity, params, raised_at, resolved_at)
    select w.workspace_id, u.id, u.kind, u.subject, u.severity, u.params, u.raised_at, u.resolved_at
    from workspaces w, unnest(${alerts.map((each) => each.id)}::uuid[], ${alerts.map((each) => each.kind)}::text[],
      ${alerts.map((each) => each.subject)}::text[], ${alerts.map((each) => each.severity)}::text[],
      ${alerts.map((each) => JSON.stringify(each.params))}::jsonb[], ${alerts.map((each) => each.raised_at)}::timestamptz[],
      ${alerts.map((each) => each.resolved_at)}::timestamptz[])
      as u (id, kind, subject, severity, params, raised_at, resolved_at)
    where w.workspace_id = ${workspaceId} and not exists (select 1 from alerts o
      where o.workspace_id = ${workspaceId} and o.kind = u.kind and o.subject = u.subject
        and (o.resolved_at is null or ${once}))
    returning ${columns}`.execute(tx);
  return rows;
}

/** Opens alerts again that were resolved after a time. */
export async function reopenAlerts(
  tx: Tx,
  workspaceId: string,
  alerts: readonly { id: string; params: object }[],
  { at, after }: { at: Date; after: Date },
): Promise<AlertRow[]> {
  if (alerts.length === 0) return [];
  const { rows } = await sql<AlertRow>`
    update alerts a set resolved_at = null, clear_since = null, raised_at = ${at}, params = u.params
    from unnest(${alerts.map(({ id }) => id)}::uuid[], ${alerts.map(({ params }) => JSON.stringify(params))}::jsonb[])
      as u (id, params)
    where a.workspace_id = ${workspaceId} and a.id = u.id and a.resolved_at > ${after}
    returning ${columns}`.execute(tx);
  return rows;
}

/** Records since when the condition of open alerts has not held: `since`, or null if it holds again. */
export async function setClear(tx: Tx, workspaceId: string, ids: readonly string[], since: Date | null): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    update alerts set clear_since = ${since}
    where workspace_id = ${workspaceId} and id = any(${ids}::uuid[]) and resolved_at is null`.execute(tx);
}

/** Resolves open alerts whose condition has not held since a time. */
export async function resolveAlerts(
  tx: Tx,
  workspaceId: string,
  ids: readonly string[],
  { at, clearBefore }: { at: Date; clearBefore: Date },
): Promise<AlertRow[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<AlertRow>`
    update alerts a set clear_since = coalesce(a.clear_since, ${at}), resolved_at = ${at}
    where a.workspace_id = ${workspaceId} and a.id = any(${ids}::uuid[]) and a.resolved_at is null
      and coalesce(a.clear_since, ${at}) <= ${clearBefore}
    returning ${columns}`.execute(tx);
  return rows;
}

/** Newest first, before the one of id `before`. */
export async function listAlerts(
  tx: Tx,
  workspaceId: string,
  { state, before, limit }: { state: "open" | "past" | undefined; before: string | null; limit: number },
): Promise<AlertRow[]> {
  const states = { open: sql`and resolved_at is null`, past: sql`and resolved_at is not null` };
  const { rows } = await sql<AlertRow>`
    select ${columns} from alerts a
    where workspace_id = ${workspaceId} ${state ? states[state] : sql``} ${before ? sql`and id < ${before}` : sql``}
    order by id desc limit ${limit}`.execute(tx);
  return rows;
}

/** The open ones among these. */
export async function openAmong(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<AlertRow[]> {
  const { rows } = await sql<AlertRow>`
    select ${columns} from alerts a
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
    select ${columns} from alerts a
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

/** Workspaces whose alerts are purged in one transaction. */
const purgedAtOnce = 1_000;

/**
 * Purges alerts resolved before a time, of some workspaces; returns whether there may be more. Needs a transaction that sees all
 * workspaces.
 */
export async function purgeAlerts(tx: Tx, before: Date): Promise<boolean> {
  const { rows } = await sql<{ workspace_id: string }>`
    select distinct workspace_id from alerts where resolved_at < ${before} limit ${purgedAtOnce}`.execute(tx);
  await inEachWorkspace(rows, (workspaceId) =>
    sql`delete from alerts where workspace_id = ${workspaceId} and resolved_at < ${before}`.execute(tx),
  );
  return rows.length === purgedAtOnce;
}

/**
 * Whether an alert `a` of a workspace is due for a mail. An alert is mailed at most once an hour, a quota's threshold once. A
 * workspace is mailed at most once a pause, and then about all new alerts; a critical alert does not wait for the end of a pause
 * that a lesser one began.
 */
const isDue = (workspace: RawBuilder<unknown>, { againBefore, pauseFrom }: MailTimes) => sql`
  a.resolved_at is null and a.clear_since is null
    and (a.mailed_at is null or (a.kind <> 'quota' and a.raised_at > a.mailed_at and a.mailed_at <= ${againBefore}))
    and not exists (select 1 from alerts b where b.workspace_id = ${workspace} and b.mailed_at > ${pauseFrom}
      and (b.severity = 'critical' or a.severity <> 'critical'))`;

interface MailTimes {
  againBefore: Date;
  pauseFrom: Date;
}

type Mailed = Pick<AlertRow, "workspace_id" | "id" | "kind">;

/** Marks the open alerts that are due for a mail as mailed and returns them. */
export async function takeUnmailed(tx: Tx, at: Date, times: MailTimes): Promise<Mailed[]> {
  const { rows: due } = await sql<Pick<Mailed, "workspace_id" | "id">>`
    select a.workspace_id, a.id from alerts a where ${isDue(sql`a.workspace_id`, times)}`.execute(tx);
  const taken: Mailed[] = [];
  await inEachWorkspace(due, async (workspaceId, own) => {
    const { rows } = await sql<Mailed>`
      update alerts a set mailed_at = ${at}
      where a.workspace_id = ${workspaceId} and a.id = any(${own.map(({ id }) => id)}::uuid[])
        and ${isDue(sql`${workspaceId}`, times)}
      returning a.workspace_id, a.id, a.kind`.execute(tx);
    taken.push(...rows);
  });
  return taken;
}
