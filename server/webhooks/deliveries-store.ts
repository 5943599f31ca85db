/** All SQL of webhook_deliveries. */
import { sql } from "kysely";
import type { WebhookAttempt, WebhookDelivery } from "../../contract/webhooks.ts";
import type { Db, Tx } from "../kit/db.ts";
import { inEachWorkspace } from "../kit/in-each-workspace.ts";

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
  /** The contact that it is about. */
  contact_id: string | null;
}

/** A delivery to be queued. */
export type NewDelivery = Pick<DeliveryRow, "id" | "webhook_id" | "event" | "body"> & { contact_id?: string | null };

/** A delivery that is due, with its webhook's URL and secrets. */
export interface DueDelivery extends DeliveryRow {
  /** Since when it was due. */
  due_at: Date;
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

/** Those of the workspaces that have webhooks which subscribe to one of these events. */
export async function whichSubscribe(
  tx: Tx,
  workspaceIds: readonly string[],
  events: readonly string[],
): Promise<Set<string>> {
  const { rows } = await sql<{ workspace_id: string }>`
    select distinct workspace_id from webhooks
    where workspace_id = any(${workspaceIds}::uuid[]) and enabled and events && ${events}::text[]`.execute(tx);
  return new Set(rows.map((row) => row.workspace_id));
}

/**
 * A workspace's webhooks that subscribe to one of these events, locked against removal and disabling until the transaction ends,
 * so that no delivery is queued for a webhook that is removed.
 */
export async function lockSubscribed(
  tx: Tx,
  workspaceId: string,
  events: readonly string[],
): Promise<{ id: string; events: string[] }[]> {
  const { rows } = await sql<{ id: string; events: string[] }>`
    select id, events from webhooks
    where workspace_id = ${workspaceId} and enabled and events && ${events}::text[]
    order by id for share`.execute(tx);
  return rows;
}

/** Queues a workspace's deliveries, to be sent in their order; one that is there already is not queued again. */
export async function insertDeliveries(
  tx: Tx,
  workspaceId: string,
  rows: readonly NewDelivery[],
  at: Date,
): Promise<DeliveryRow[]> {
  const inserted = await sql<DeliveryRow>`
    insert into webhook_deliveries as d (workspace_id, id, webhook_id, event, body, state, next_at, contact_id)
    select w.workspace_id, r.id, r.webhook_id, r.event, r.body, 'waiting',
      ${at}::timestamptz + r.place * interval '1 microsecond', r.contact_id
    from workspaces w, jsonb_to_recordset(${JSON.stringify(rows.map((row, place) => ({ ...row, place })))}::jsonb)
      as r (id uuid, webhook_id uuid, event text, body text, place int, contact_id uuid)
    where w.workspace_id = ${workspaceId}
    on conflict do nothing
    returning d.*`.execute(tx);
  return inserted.rows;
}

/** How many deliveries of a webhook wait, counted up to `most`. */
export async function countWaiting(tx: Tx, workspaceId: string, webhookId: string, most: number): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from (
      select 1 from webhook_deliveries
      where workspace_id = ${workspaceId} and webhook_id = ${webhookId} and next_at is not null limit ${most}
    ) w`.execute(tx);
  return rows[0]?.n ?? 0;
}

/** Sends a webhook's waiting deliveries now, the oldest first, instead of at their next attempts. */
export async function bringForward(tx: Tx, workspaceId: string, webhookId: string, at: Date): Promise<void> {
  await sql`
    update webhook_deliveries set next_at = ${at}
    where workspace_id = ${workspaceId} and webhook_id = ${webhookId} and next_at > ${at} and taken_until is null`.execute(
    tx,
  );
}

/** Deletes the deliveries that are about a contact. */
export async function deleteDeliveriesOf(tx: Tx, workspaceId: string, contactId: string): Promise<void> {
  await sql`delete from webhook_deliveries where workspace_id = ${workspaceId} and contact_id = ${contactId}`.execute(
    tx,
  );
}

/** Deletes the deliveries that contain one of the numbers. Reads all of the workspace. */
export async function deleteDeliveriesWith(tx: Tx, workspaceId: string, numbers: readonly string[]): Promise<void> {
  if (numbers.length === 0) return;
  const patterns = numbers.map((number) => `%${JSON.stringify(number)}%`);
  await sql`
    delete from webhook_deliveries
    where workspace_id = ${workspaceId} and body like any(${patterns}::text[])`.execute(tx);
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

/** Due deliveries that are looked at together: other workers may be quicker to claim some of them. */
const lookedAt = 16;

/**
 * Claims the delivery that has waited longest, except those of `busy` ones and those that another worker is claiming, and records
 * the attempt. No other worker claims it before `until`, when another retries should this process die.
 */
export async function claimDue(db: Db, at: Date, until: Date, busy: Busy): Promise<DueDelivery | undefined> {
  const tried: string[] = [];
  for (;;) {
    const due = await db.asSystem((tx) => lookForDue(tx, at, busy, tried));
    for (const key of due) {
      const claimed = await db.inWorkspace(key.workspace_id, (tx) => claim(tx, key, at, until));
      if (claimed) return claimed;
      tried.push(key.id);
    }
    if (due.length < lookedAt) return undefined;
  }
}

type Key = Pick<DeliveryRow, "workspace_id" | "id">;

/** The deliveries of all workspaces that have waited longest, without locks. */
async function lookForDue(tx: Tx, at: Date, busy: Busy, tried: readonly string[]): Promise<Key[]> {
  const { rows } = await sql<Key>`
    select d.workspace_id, d.id
    from webhook_deliveries d join webhooks w on w.workspace_id = d.workspace_id and w.id = d.webhook_id
    where d.next_at <= ${at}
      and not d.webhook_id = any(${busy.webhooks}::uuid[]) and not d.workspace_id = any(${busy.workspaces}::uuid[])
      and not d.id = any(${tried}::uuid[])
    order by d.next_at, d.id limit ${lookedAt}`.execute(tx);
  return rows;
}

/** Claims one delivery; undefined when it is no longer due, or another worker is claiming it. */
async function claim(tx: Tx, { workspace_id, id }: Key, at: Date, until: Date): Promise<DueDelivery | undefined> {
  const { rows } = await sql<DueDelivery>`
    select d.*, d.next_at as due_at, w.url, w.secrets
    from webhook_deliveries d join webhooks w on w.workspace_id = ${workspace_id} and w.id = d.webhook_id
    where d.workspace_id = ${workspace_id} and d.id = ${id} and d.next_at <= ${at}
    for update of d skip locked`.execute(tx);
  const row = rows[0];
  if (!row) return undefined;
  const attempt: WebhookAttempt = { at: at.toISOString(), status: null, error: null, response: null };
  const history = [...row.history, attempt].slice(-maxHistory);
  const tries = row.tries + 1;
  await sql`
    update webhook_deliveries
    set next_at = ${until}, taken_until = ${until}, tries = ${tries}, history = ${JSON.stringify(history)}::jsonb
    where workspace_id = ${workspace_id} and id = ${id}`.execute(tx);
  return { ...row, next_at: until, taken_until: until, tries, history };
}

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

/** Workspaces whose deliveries are purged in one transaction. */
const purgedAtOnce = 1_000;

/**
 * Purges deliveries with smaller ids that are no longer queued, of some workspaces; returns whether there may be more. Needs a
 * transaction that sees all workspaces.
 */
export async function purgeDeliveries(tx: Tx, before: string): Promise<boolean> {
  const { rows } = await sql<{ workspace_id: string }>`
    select distinct workspace_id from webhook_deliveries where id < ${before} and next_at is null
    limit ${purgedAtOnce}`.execute(tx);
  await inEachWorkspace(rows, (workspaceId) =>
    sql`
      delete from webhook_deliveries
      where workspace_id = ${workspaceId} and id < ${before} and next_at is null`.execute(tx),
  );
  return rows.length === purgedAtOnce;
}
