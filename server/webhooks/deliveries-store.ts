/** All SQL of webhook_deliveries. */
import { type RawBuilder, sql } from "kysely";
import type { WebhookAttempt, WebhookDelivery } from "../../contract/webhooks.ts";
import type { Tx } from "../kit/db.ts";

/** A row of webhook_deliveries. */
export interface DeliveryRow {
  workspace_id: string;
  id: string;
  webhook_id: string;
  event: string;
  body: string;
  state: WebhookDelivery["state"];
  /** Attempts since it was put in line, or in line again. */
  tries: number;
  next_at: Date | null;
  /** While it is being tried. */
  taken_until: Date | null;
  history: WebhookAttempt[];
}

/** A delivery whose time has come, with where it goes. */
export interface DueDelivery extends DeliveryRow {
  url: string;
  secrets: Buffer;
}

/** Newest first, before the one of id `before`. */
export async function listDeliveries(
  tx: Tx,
  workspaceId: string,
  webhookId: string,
  before: string | null,
  limit: number,
): Promise<DeliveryRow[]> {
  const { rows } = await sql<DeliveryRow>`
    select * from webhook_deliveries
    where workspace_id = ${workspaceId} and webhook_id = ${webhookId} ${before ? sql`and id < ${before}` : sql``}
    order by id desc limit ${limit}`.execute(tx);
  return rows;
}

/**
 * The webhooks of these workspaces that want to be told of one of these events. None is removed or disabled before the
 * transaction ends: what waits for it would be nobody's.
 */
export async function listeners(
  tx: Tx,
  workspaceIds: readonly string[],
  events: readonly string[],
): Promise<{ workspace_id: string; id: string; events: string[] }[]> {
  const { rows } = await sql<{ workspace_id: string; id: string; events: string[] }>`
    select workspace_id, id, events from webhooks
    where workspace_id = any(${workspaceIds}::uuid[]) and enabled and events && ${events}::text[]
    order by workspace_id, id for share`.execute(tx);
  return rows;
}

/** Puts a workspace's deliveries in line. */
export async function insertDeliveries(
  tx: Tx,
  workspaceId: string,
  rows: readonly Pick<DeliveryRow, "id" | "webhook_id" | "event" | "body">[],
  at: Date,
): Promise<DeliveryRow[]> {
  const inserted = await sql<DeliveryRow>`
    insert into webhook_deliveries as d (workspace_id, id, webhook_id, event, body, state, next_at)
    select w.workspace_id, r.id, r.webhook_id, r.event, r.body, 'waiting', ${at}
    from workspaces w, jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as r (id uuid, webhook_id uuid, event text, body text)
    where w.workspace_id = ${workspaceId}
    returning d.*`.execute(tx);
  return inserted.rows;
}

/** Attempts that are kept of a delivery. */
const mostKept = 20;

/** Puts one in line again from the beginning, unless it is being tried; undefined when there is none. */
export async function restartDelivery(
  tx: Tx,
  key: { workspaceId: string; webhookId: string; id: string },
  at: Date,
): Promise<DeliveryRow | undefined> {
  const found = await sql<DeliveryRow>`
    select * from webhook_deliveries
    where workspace_id = ${key.workspaceId} and id = ${key.id} and webhook_id = ${key.webhookId} for update`.execute(
    tx,
  );
  const row = found.rows[0];
  if (!row || (row.taken_until && row.taken_until > at)) return row;
  const { rows } = await sql<DeliveryRow>`
    update webhook_deliveries set state = 'waiting', tries = 0, next_at = ${at}, taken_until = null
    where workspace_id = ${key.workspaceId} and id = ${key.id} returning *`.execute(tx);
  return rows[0];
}

/** Those whose turn it is not. */
export interface Busy {
  webhooks: readonly string[];
  workspaces: readonly string[];
}

/**
 * Takes the delivery that waits longest, but for those of `busy` ones, and writes the attempt down. Nobody else takes
 * it before `until`: should this process die, that is when another tries.
 */
export async function takeDue(tx: Tx, at: Date, until: Date, busy: Busy): Promise<DueDelivery | undefined> {
  const attempt: WebhookAttempt = { at: at.toISOString(), status: null, error: null, response: null };
  const { rows } = await sql<DueDelivery>`
    with due as (
      select d.workspace_id, d.id, w.url, w.secrets
      from webhook_deliveries d join webhooks w on w.workspace_id = d.workspace_id and w.id = d.webhook_id
      where d.next_at <= ${at}
        and not d.webhook_id = any(${busy.webhooks}::uuid[]) and not d.workspace_id = any(${busy.workspaces}::uuid[])
      order by d.next_at limit 1 for update of d skip locked
    )
    update webhook_deliveries d set next_at = ${until}, taken_until = ${until}, tries = d.tries + 1,
      history = ${lastOf(sql`d.history || ${JSON.stringify([attempt])}::jsonb`)}
    from due where d.workspace_id = due.workspace_id and d.id = due.id
    returning d.*, due.url, due.secrets`.execute(tx);
  return rows[0];
}

const lastOf = (history: RawBuilder<unknown>) => sql`(
  select jsonb_agg(attempt order by place) from (
    select attempt, place from jsonb_array_elements(${history}) with ordinality as all_of (attempt, place)
    order by place desc limit ${sql.lit(mostKept)}) as last)`;

/** What came of an attempt, unless its time was over and another has begun since. */
export async function recordAttempt(
  tx: Tx,
  delivery: DeliveryRow,
  outcome: Pick<DeliveryRow, "state" | "next_at"> & { attempt: Omit<WebhookAttempt, "at"> },
): Promise<void> {
  await sql`
    update webhook_deliveries set state = ${outcome.state}, next_at = ${outcome.next_at}, taken_until = null,
      history = jsonb_set(history, '{-1}', (history -> -1) || ${JSON.stringify(outcome.attempt)}::jsonb)
    where workspace_id = ${delivery.workspace_id} and id = ${delivery.id} and taken_until = ${delivery.taken_until}`.execute(
    tx,
  );
}

/** Puts a delivery whose attempt was broken off back into the line: this process ends. */
export async function giveBack(tx: Tx, delivery: DeliveryRow, at: Date): Promise<void> {
  await sql`
    update webhook_deliveries set next_at = ${at}, taken_until = null, tries = tries - 1
    where workspace_id = ${delivery.workspace_id} and id = ${delivery.id} and taken_until = ${delivery.taken_until}`.execute(
    tx,
  );
}

/** Takes what waits for a webhook out of the line; what is being tried ends with that. */
export async function giveUpDeliveries(tx: Tx, workspaceId: string, webhookId: string): Promise<void> {
  await sql`
    update webhook_deliveries set state = 'failed', next_at = null, taken_until = null
    where workspace_id = ${workspaceId} and webhook_id = ${webhookId} and state = 'waiting'`.execute(tx);
}

/** Forgets what was made before an id's time and is not in line any more. Needs a transaction that sees all workspaces. */
export async function forgetDeliveries(tx: Tx, before: string): Promise<void> {
  await sql`delete from webhook_deliveries where id < ${before} and next_at is null`.execute(tx);
}
