/** Webhooks: creating, changing and presenting them, and the secrets of their signatures. */
import type { z } from "zod";
import type { Webhook, WebhookDelivery, webhooks } from "../../contract/webhooks.ts";
import { recordAuditEvent, recordChange } from "../accounts/audit-events.ts";
import type { Tx } from "../kit/db.ts";
import { conflict, notFound } from "../kit/errors.ts";
import { instantOf, newId } from "../kit/id.ts";
import type { Seal } from "../kit/seal.ts";
import { type DeliveryRow, failDeliveries } from "./deliveries-store.ts";
import { readAccordingly } from "./read-activity.ts";
import { newWebhookSecret } from "./sign-webhook.ts";
import { insertWebhook, listWebhooks, lockWebhook, updateWebhook, type WebhookRow } from "./webhooks-store.ts";

/** The content of the sealed `secrets`. */
interface Secrets {
  current: string;
  /** Also signed with until then, so that the receiver has time to change to the new one. */
  previous: { secret: string; until: string } | null;
}

type Key = Pick<WebhookRow, "workspace_id" | "id">;

const overlap = 24 * 3_600_000;
const maxWebhooks = 20;

const context = ({ workspace_id, id }: Key) => `webhooks ${workspace_id} ${id}`;

/** The secrets to sign with at `at`, the current one first; throws when they cannot be opened. */
export function signingSecrets(seal: Seal, row: Key & { secrets: Buffer }, at: Date): string[] {
  const { current, previous } = seal.open(row.secrets, context(row)) as Secrets;
  return previous && new Date(previous.until) > at ? [current, previous.secret] : [current];
}

/** Creates a webhook, and the secret, which is shown only now. */
export async function createWebhook(
  tx: Tx,
  seal: Seal,
  workspaceId: string,
  input: z.output<typeof webhooks.create.body>,
  at: Date,
): Promise<{ row: WebhookRow; secret: string }> {
  if ((await listWebhooks(tx, workspaceId)).length >= maxWebhooks) {
    throw conflict("too_many_webhooks", `A workspace has at most ${maxWebhooks} webhooks.`, { value: maxWebhooks });
  }
  const key = { workspace_id: workspaceId, id: newId(at) };
  const secret = newWebhookSecret();
  const secrets = seal.close({ current: secret, previous: null } satisfies Secrets, context(key));
  const row = await insertWebhook(tx, { ...key, ...input, events: [...new Set(input.events)], secrets, at });
  await readAccordingly(tx, row);
  const after = { url: originOf(row.url), events: row.events };
  await recordAuditEvent(tx, { workspaceId, at, action: "webhook.created", target: targetOf(row), after });
  return { row, secret };
}

/** Changes a webhook. Enabling resets its failures; disabling fails its waiting deliveries. */
export async function changeWebhook(
  tx: Tx,
  workspaceId: string,
  id: string,
  change: z.output<typeof webhooks.update.body>,
  at: Date,
): Promise<WebhookRow> {
  const row = await requireWebhook(tx, workspaceId, id);
  const enabled = change.enabled ?? row.enabled;
  const reset = enabled && !row.enabled ? { failing_since: null, disabled_at: null, last_error: null } : {};
  const changed: WebhookRow = {
    ...row,
    ...reset,
    url: change.url ?? row.url,
    events: change.events ? [...new Set(change.events)] : row.events,
    enabled,
    updated_at: at,
  };
  await updateWebhook(tx, changed);
  await readAccordingly(tx, changed);
  if (row.enabled && !enabled) await failDeliveries(tx, workspaceId, id);
  await recordChange(
    tx,
    { workspaceId, at, action: "webhook.updated", target: targetOf(row) },
    { url: row.url, events: row.events, enabled: row.enabled },
    { url: changed.url, events: changed.events, enabled },
    // The path and query of a URL often contain a secret.
    ["url"],
  );
  return changed;
}

/** Replaces the secret and returns the new one. */
export async function rotateSecret(tx: Tx, seal: Seal, workspaceId: string, id: string, at: Date): Promise<string> {
  const row = await requireWebhook(tx, workspaceId, id);
  const { current } = seal.open(row.secrets, context(row)) as Secrets;
  const secret = newWebhookSecret();
  const until = new Date(at.getTime() + overlap).toISOString();
  const secrets = { current: secret, previous: { secret: current, until } } satisfies Secrets;
  await updateWebhook(tx, { ...row, secrets: seal.close(secrets, context(row)), updated_at: at });
  await recordAuditEvent(tx, { workspaceId, at, action: "webhook.secret_rotated", target: targetOf(row) });
  return secret;
}

/** A webhook as the target of an audit event, with only the origin of its URL. */
export const targetOf = ({ id, url }: Pick<WebhookRow, "id" | "url">) => ({ type: "webhook", id, name: originOf(url) });

const originOf = (url: string): string => new URL(url).origin;

/** The webhook, locked until the transaction ends; 404 when there is none with that id. */
export async function requireWebhook(tx: Tx, workspaceId: string, id: string): Promise<WebhookRow> {
  const row = await lockWebhook(tx, workspaceId, id);
  if (!row) throw notFound("webhook", id);
  return row;
}

/** A webhook as the API shows it. */
export function presentWebhook(row: WebhookRow): Webhook {
  const { id, url, events, enabled, last_error } = row;
  return {
    id,
    url,
    events,
    enabled,
    disabled_at: row.disabled_at?.toISOString() ?? null,
    failing_since: row.failing_since?.toISOString() ?? null,
    last_error,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

/** A delivery as the API shows it. */
export function presentDelivery(row: DeliveryRow): WebhookDelivery {
  const { id, event, state, history: attempts, body } = row;
  return {
    id,
    event,
    state,
    created_at: instantOf(id).toISOString(),
    attempts,
    // While it is being posted, next_at is only the claim's expiry.
    next_at: row.taken_until ? null : (row.next_at?.toISOString() ?? null),
    body,
  };
}
