/** All SQL of webhooks. */
import { sql } from "kysely";
import type { WebhookEvent } from "../../contract/webhooks.ts";
import type { Tx } from "../kit/db.ts";

/** A row of webhooks. */
export interface WebhookRow {
  workspace_id: string;
  id: string;
  url: string;
  events: WebhookEvent[];
  enabled: boolean;
  /** Sealed `Secrets`. */
  secrets: Buffer;
  failing_since: Date | null;
  disabled_at: Date | null;
  last_error: string | null;
  created_at: Date;
  updated_at: Date;
}

/** Oldest first. */
export async function listWebhooks(tx: Tx, workspaceId: string): Promise<WebhookRow[]> {
  const { rows } = await sql<WebhookRow>`
    select * from webhooks where workspace_id = ${workspaceId} order by id`.execute(tx);
  return rows;
}

/** Locks the row until the transaction ends, to serialise changes. */
export async function lockWebhook(tx: Tx, workspaceId: string, id: string): Promise<WebhookRow | undefined> {
  const { rows } = await sql<WebhookRow>`
    select * from webhooks where workspace_id = ${workspaceId} and id = ${id} for update`.execute(tx);
  return rows[0];
}

export async function insertWebhook(
  tx: Tx,
  row: Pick<WebhookRow, "workspace_id" | "id" | "url" | "events" | "enabled" | "secrets"> & { at: Date },
): Promise<WebhookRow> {
  const { rows } = await sql<WebhookRow>`
    insert into webhooks (workspace_id, id, url, events, enabled, secrets, created_at, updated_at)
    values (${row.workspace_id}, ${row.id}, ${row.url}, ${row.events}::text[], ${row.enabled}, ${row.secrets}, ${row.at}, ${row.at})
    returning *`.execute(tx);
  return rows[0] as WebhookRow;
}

/** Writes all columns that can change. */
export async function updateWebhook(tx: Tx, row: WebhookRow): Promise<void> {
  await sql`
    update webhooks set url = ${row.url}, events = ${row.events}::text[], enabled = ${row.enabled}, secrets = ${row.secrets},
      failing_since = ${row.failing_since}, disabled_at = ${row.disabled_at}, last_error = ${row.last_error},
      updated_at = ${row.updated_at}
    where workspace_id = ${row.workspace_id} and id = ${row.id}`.execute(tx);
}

/** The row without a lock. */
export async function findWebhook(tx: Tx, workspaceId: string, id: string): Promise<WebhookRow | undefined> {
  const { rows } = await sql<WebhookRow>`
    select * from webhooks where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
  return rows[0];
}

/** Deletes it with its deliveries. */
export async function deleteWebhook(tx: Tx, workspaceId: string, id: string): Promise<void> {
  await sql`delete from webhooks where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
  await sql`delete from webhook_deliveries where workspace_id = ${workspaceId} and webhook_id = ${id}`.execute(tx);
}

/** Records that it accepted a delivery; returns whether it had failed before. */
export async function recordSuccess(tx: Tx, workspaceId: string, id: string): Promise<boolean> {
  const { rows } = await sql`
    update webhooks set failing_since = null, last_error = null
    where workspace_id = ${workspaceId} and id = ${id} and failing_since is not null returning id`.execute(tx);
  return rows.length > 0;
}

/**
 * Records a failed attempt at `at`. Disables the webhook when it responded 410 (`gone`) or has failed since before
 * `failingBefore`, and returns whether it is disabled. `failingBefore` is null while the delivery will be retried.
 */
export async function recordFailure(
  tx: Tx,
  key: { workspace_id: string; id: string },
  failure: { error: string; gone: boolean; at: Date; failingBefore: Date | null },
): Promise<boolean> {
  const { error, gone, at, failingBefore } = failure;
  const { rows } = await sql<{ disabled: boolean }>`
    update webhooks set failing_since = coalesce(failing_since, ${at}), last_error = ${error},
      enabled = enabled and not (${gone} or coalesce(failing_since <= ${failingBefore}::timestamptz, false)),
      disabled_at = case when enabled and (${gone} or failing_since <= ${failingBefore}::timestamptz) then ${at} else disabled_at end
    where workspace_id = ${key.workspace_id} and id = ${key.id}
    returning not enabled as disabled`.execute(tx);
  return rows[0]?.disabled === true;
}
