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
  /** Attempts since it was queued, or queued again. */
  tries: number;
  next_at: Date | null;
  /** Set while it is being posted. */
  taken_until: Date | null;
  history: WebhookAttempt[];
}

/** A delivery that is due, with its webhook's URL and secrets. */
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
 * The webhooks of these workspaces that subscribe to one of these events, locked against removal and disabling until the
 * transaction ends, so that no delivery is queued for a webhook that is removed.
 */
export async function selectSubscribed(
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

/** Queues a workspace's deliveries. */
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

/** Attempts that are kept in a delivery's history. */
const maxHistory = 20;

/** Queues one again with all its attempts, unless it is being posted; undefined when there is none. */
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

/** Webhooks and workspaces that are at their limit of concurrent posts. */
export interface Busy {
  webhooks: readonly string[];
  workspaces: readonly string[];
}

/**
 * Claims the delivery that has waited longest, except those of `busy` ones, and records the attempt. No other worker claims it
 * before `until`, when another retries should this process die.
 */
export async function claimDue(tx: Tx, at: Date, until: Date, busy: Busy): Promise<DueDelivery | undefined> {
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
    order by place desc limit ${sql.lit(maxHistory)}) as last)`;

/** Records the outcome of an attempt, unless its claim has expired and another attempt has begun. */
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

/** Queues a delivery again whose attempt was cancelled because this process ends. */
export async function releaseDelivery(tx: Tx, delivery: DeliveryRow, at: Date): Promise<void> {
  await sql`
    update webhook_deliveries set next_at = ${at}, taken_until = null, tries = tries - 1
    where workspace_id = ${delivery.workspace_id} and id = ${delivery.id} and taken_until = ${delivery.taken_until}`.execute(
    tx,
  );
}

/** Marks a webhook's waiting deliveries as failed; one that is being posted is not retried. */
export async function failDeliveries(tx: Tx, workspaceId: string, webhookId: string): Promise<void> {
  await sql`
    update webhook_deliveries set state = 'failed', next_at = null, taken_until = null
    where workspace_id = ${workspaceId} and webhook_id = ${webhookId} and state = 'waiting'`.execute(tx);
}

/** Purges deliveries with smaller ids that are no longer queued. Needs a transaction that sees all workspaces. */
export async function purgeDeliveries(tx: Tx, before: string): Promise<void> {
  await sql`delete from webhook_deliveries where id < ${before} and next_at is null`.execute(tx);
}
