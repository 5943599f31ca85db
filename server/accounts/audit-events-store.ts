/** All SQL that reads the audit log, and the one statement that purges old events. */
import { type RawBuilder, sql } from "kysely";
import type { AuditEvent } from "../../contract/audit.ts";
import type { Tx } from "../kit/db.ts";
import { firstIdAt, isId, mostSetBack } from "../kit/id.ts";
import { findPersonByEmail } from "./create-person.ts";

interface AuditRow {
  id: string;
  at: Date;
  actor_type: AuditEvent["actor"]["type"];
  actor_id: string | null;
  actor_name: string;
  maker_id: string | null;
  maker_name: string | null;
  action: AuditEvent["action"];
  target_type: string | null;
  target_id: string | null;
  target_name: string | null;
  ip: string | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

export interface AuditFilter {
  from: Date | null;
  to: Date | null;
  who: string | null;
  /** Actions to show; null: all. */
  actions: readonly string[] | null;
}

/** Events older than the event with the id `before`, newest first. Ids are ordered by time, so they serve as time bounds too. */
export async function selectAuditEvents(
  tx: Tx,
  workspaceId: string,
  filter: AuditFilter,
  page: { before: string | null; limit: number },
): Promise<AuditEvent[]> {
  const { from, to, who, actions } = filter;
  const conditions: RawBuilder<unknown>[] = [sql`workspace_id = ${workspaceId}`];
  if (page.before) conditions.push(sql`id < ${page.before}`);
  // An id's time is never before `at`, but may be a little later: ids keep the order in which events were recorded.
  if (from) conditions.push(sql`id >= ${firstIdAt(from)} and at >= ${from}`);
  if (to) conditions.push(sql`id < ${firstIdAt(new Date(to.getTime() + mostSetBack))} and at < ${to}`);
  if (actions) conditions.push(sql`action = any(${actions}::text[])`);
  const id = who && !isId(who) && who.includes("@") ? await findPersonByEmail(tx, who).then((found) => found?.id) : who;
  if (id && isId(id)) conditions.push(sql`(actor_id = ${id} or maker_id = ${id})`);
  else if (who) conditions.push(sql`strpos(lower(actor_name), lower(${who}::text)) > 0`);
  const { rows } = await sql<AuditRow>`
    select id, at, actor_type, actor_id, actor_name, maker_id, maker_name, action, target_type, target_id, target_name,
      ip, before, after
    from audit_events where ${sql.join(conditions, sql` and `)} order by id desc limit ${page.limit}`.execute(tx);
  return rows.map(present);
}

/** The person who last sent an open invitation, themselves or by a key of theirs; null when no person did. */
export async function lastInviterOf(tx: Tx, workspaceId: string, invitationId: string): Promise<string | null> {
  const { rows } = await sql<{ inviter: string | null }>`
    select coalesce(maker_id, actor_id) as inviter from audit_events
    where workspace_id = ${workspaceId} and action = 'person.invited' and target_id = ${invitationId}
    order by id desc limit 1`.execute(tx);
  return rows[0]?.inviter ?? null;
}

/**
 * Purges up to `limit` events older than `before` and returns how many. Nothing else deletes events, and a trigger refuses to
 * delete those younger than a year.
 */
export async function deleteOldAuditEvents(tx: Tx, workspaceId: string, before: Date, limit: number): Promise<number> {
  const old = await sql<{ id: string }>`
    select id from audit_events where workspace_id = ${workspaceId} and id < ${firstIdAt(before)}
      and at < now() - interval '365 days'
    order by id limit ${limit}`.execute(tx);
  if (old.rows.length === 0) return 0;
  await sql`set local varsla.aging_audit = 'on'`.execute(tx);
  await sql`
    delete from audit_events
    where workspace_id = ${workspaceId} and id = any(${old.rows.map((row) => row.id)}::uuid[])`.execute(tx);
  await sql`set local varsla.aging_audit = 'off'`.execute(tx);
  return old.rows.length;
}

function present(row: AuditRow): AuditEvent {
  const { id, at, action, ip, before, after } = row;
  const maker = row.maker_id ? { id: row.maker_id, name: row.maker_name ?? "" } : null;
  return {
    id,
    at: at.toISOString(),
    actor: { type: row.actor_type, id: row.actor_id, name: row.actor_name, maker },
    action,
    target: row.target_type ? { type: row.target_type, id: row.target_id, name: row.target_name } : null,
    ip,
    before,
    after,
  };
}
