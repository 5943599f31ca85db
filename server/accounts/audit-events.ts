/**
 * The only way to write to the audit log. A command records what it did, and when, within the transaction that does it; the
 * actor and their address are taken from the current request.
 */
import { sql } from "kysely";
import type { AuditAction, AuditEvent } from "../../contract/audit.ts";
import type { Tx } from "../kit/db.ts";
import { orderedIds } from "../kit/id.ts";
import { jsonRows } from "../kit/json-rows.ts";
import { currentRequest, type RequestContext } from "../kit/request-context.ts";
import { sharedStatement } from "../kit/shared-statements.ts";

type AuditActor = AuditEvent["actor"];
type Fields = Record<string, unknown>;

export interface NewAuditEvent {
  workspaceId: string;
  at: Date;
  action: AuditAction;
  /** Of a contact only its id, because erasing a contact does not change this log. */
  target?: { type: string; id?: string | null; name?: string | null };
  /** What changed; never secrets or a contact's data: of those only that they changed. */
  before?: Fields | null;
  after?: Fields | null;
  /** The actor when there is no session yet: the person who is signing in. */
  person?: { id: string; name: string };
  /** In a job, the address of the caller who asked for it. */
  ip?: string | null;
  /** Makes the write idempotent when a job may be retried: an id is stored once. */
  id?: string;
}

const nextId = orderedIds();

/** Writes an event; it is stored if and only if the transaction commits. */
export async function recordAuditEvent(tx: Tx, event: NewAuditEvent): Promise<void> {
  const request = currentRequest();
  const actor = event.person ? personActor(event.person) : actorOf(request);
  const { at, target } = event;
  await insertAuditEvent(tx, event.workspaceId, {
    id: event.id ?? nextId(at),
    at,
    actor_type: actor.type,
    actor_id: actor.id,
    actor_name: actor.name,
    maker_id: actor.maker?.id ?? null,
    maker_name: actor.maker?.name ?? null,
    action: event.action,
    target_type: target?.type ?? null,
    target_id: target?.id?.toLowerCase() ?? null,
    target_name: target?.name ?? null,
    ip: request?.ip ?? event.ip ?? null,
    before: event.before ?? null,
    after: event.after ?? null,
  });
}

const insertAuditEvent = sharedStatement(async (tx, workspaceId, rows: readonly object[]) => {
  await sql`
    insert into audit_events (workspace_id, id, at, actor_type, actor_id, actor_name, maker_id, maker_name, action,
      target_type, target_id, target_name, ip, before, after)
    select w.workspace_id, e.id, e.at, e.actor_type, e.actor_id, e.actor_name, e.maker_id, e.maker_name, e.action,
      e.target_type, e.target_id, e.target_name, e.ip, e.before, e.after
    from workspaces w, jsonb_to_recordset(${jsonRows(rows)}::jsonb)
      as e (id uuid, at timestamptz, actor_type text, actor_id uuid, actor_name text, maker_id uuid, maker_name text, action text,
        target_type text, target_id text, target_name text, ip text, before jsonb, after jsonb)
    where w.workspace_id = ${workspaceId}
    on conflict (workspace_id, id) do nothing`.execute(tx);
  return [];
});

/**
 * Writes the fields that differ with their values before and after; no event when none differs. Of `hidden` fields only the
 * fact of the change is recorded.
 */
export async function recordChange(
  tx: Tx,
  event: Omit<NewAuditEvent, "before" | "after">,
  before: object,
  after: object,
  hidden: readonly string[] = [],
): Promise<void> {
  const was: Fields = { ...before };
  const is: Fields = { ...after };
  const changed = Object.keys(is).filter((field) => JSON.stringify(was[field]) !== JSON.stringify(is[field]));
  if (changed.length === 0) return;
  const shown = (fields: Fields, word: string) =>
    Object.fromEntries(changed.map((field) => [field, hidden.includes(field) ? word : (fields[field] ?? null)]));
  await recordAuditEvent(tx, { ...event, before: shown(was, "…"), after: shown(is, "changed") });
}

/**
 * Writes one event in every workspace that the person is a member of. Needs a transaction that sees all workspaces. With
 * `anonymous` the actor is not known to be the person.
 */
export async function recordAboutPerson(
  tx: Tx,
  person: { id: string; name: string },
  action: AuditAction,
  {
    anonymous = false,
    ...more
  }: Pick<NewAuditEvent, "at" | "ip" | "id" | "before" | "after"> & { anonymous?: boolean },
): Promise<void> {
  const { rows } = await sql<{ workspace_id: string }>`
    select workspace_id from memberships where user_id = ${person.id} order by workspace_id`.execute(tx);
  const target = { type: "person", id: person.id, name: person.name };
  for (const { workspace_id: workspaceId } of rows) {
    await recordAuditEvent(tx, { workspaceId, action, target, ...more, ...(anonymous ? {} : { person }) });
  }
}

const personActor = ({ id, name }: { id: string; name: string }): AuditActor => ({
  type: "person",
  id,
  name,
  maker: null,
});

function actorOf(request: RequestContext | null): AuditActor {
  const { actor = null, user = null } = request ?? {};
  if (actor?.key) return { type: "api_key", id: actor.key.id, name: actor.name, maker: actor.key.maker };
  if (user) return personActor(user);
  // A caller who is not signed in, as one who asks for a reset link; without a request the actor is the system.
  return { type: request ? "anonymous" : "system", id: null, name: request ? "" : "Varsla", maker: null };
}
