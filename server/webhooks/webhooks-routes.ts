import type { webhooks } from "../../contract/webhooks.ts";
import { recordAuditEvent } from "../accounts/audit-events.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import { invalid, notFound } from "../kit/errors.ts";
import type { Handlers } from "../kit/http.ts";
import { isId, newId } from "../kit/id.ts";
import type { Seal } from "../kit/seal.ts";
import { insertDeliveries, listDeliveries, restartDelivery } from "./deliveries-store.ts";
import { eventBody } from "./queue-events.ts";
import { stopReading } from "./read-activity.ts";
import { testEvent } from "./send-webhooks.ts";
import { deleteWebhook, listWebhooks } from "./webhooks-store.ts";
import {
  changeWebhook,
  createWebhook,
  presentDelivery,
  presentWebhook,
  requireWebhook,
  rotateSecret,
  targetOf,
} from "./webhooks.ts";

/** The calls on /webhooks. */
export function webhooksRoutes(services: { db: Db; clock: Clock; seal: Seal }): Handlers<typeof webhooks> {
  const { db, clock, seal } = services;
  return {
    async list({ actor }) {
      const rows = await db.inWorkspace(actor.workspaceId, (tx) => listWebhooks(tx, actor.workspaceId));
      return { items: rows.map(presentWebhook), next_cursor: null };
    },
    async create({ actor, body }) {
      const { row, secret } = await db.inWorkspace(actor.workspaceId, (tx) =>
        createWebhook(tx, seal, actor.workspaceId, body, clock.now()),
      );
      return { ...presentWebhook(row), secret };
    },
    async update({ actor, params, body }) {
      const row = await db.inWorkspace(actor.workspaceId, (tx) =>
        changeWebhook(tx, actor.workspaceId, params.id, body, clock.now()),
      );
      return presentWebhook(row);
    },
    async remove({ actor, params }) {
      const { workspaceId } = actor;
      await db.inWorkspace(workspaceId, async (tx) => {
        const row = await requireWebhook(tx, workspaceId, params.id);
        await stopReading(tx, row);
        await deleteWebhook(tx, workspaceId, params.id);
        await recordAuditEvent(tx, { workspaceId, at: clock.now(), action: "webhook.deleted", target: targetOf(row) });
      });
    },
    async rotate({ actor, params }) {
      const secret = await db.inWorkspace(actor.workspaceId, (tx) =>
        rotateSecret(tx, seal, actor.workspaceId, params.id, clock.now()),
      );
      return { secret };
    },
    async test({ actor, params }) {
      const at = clock.now();
      const workspace_id = actor.workspaceId;
      const [row] = await db.inWorkspace(workspace_id, async (tx) => {
        const webhook = await requireWebhook(tx, workspace_id, params.id);
        const { id: webhook_id } = webhook;
        const target = targetOf(webhook);
        await recordAuditEvent(tx, { workspaceId: workspace_id, at, action: "webhook.tested", target });
        const body = eventBody(testEvent, at, { workspace_id, webhook_id });
        return insertDeliveries(tx, workspace_id, [{ id: newId(at), webhook_id, event: testEvent, body }], at);
      });
      if (!row) throw new Error("insert into webhook_deliveries returned no row");
      return presentDelivery(row);
    },
    async deliveries({ actor, params, query }) {
      const { cursor, limit } = query;
      if (cursor !== undefined && !isId(cursor))
        throw invalid("invalid_cursor", "This is no next_cursor of this list.", "cursor", cursor);
      const rows = await db.inWorkspace(actor.workspaceId, async (tx) => {
        await requireWebhook(tx, actor.workspaceId, params.id);
        return listDeliveries(tx, actor.workspaceId, params.id, cursor ?? null, limit + 1);
      });
      const items = rows.slice(0, limit).map(presentDelivery);
      return { items, next_cursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
    async redeliver({ actor, params }) {
      const key = { workspaceId: actor.workspaceId, webhookId: params.id, id: params.delivery_id };
      const row = await db.inWorkspace(actor.workspaceId, async (tx) => {
        const at = clock.now();
        const restarted = await restartDelivery(tx, key, at);
        if (!restarted) throw notFound("delivery", params.delivery_id);
        await recordAuditEvent(tx, {
          workspaceId: actor.workspaceId,
          at,
          action: "webhook.redelivered",
          target: { type: "webhook_delivery", id: restarted.id },
        });
        return restarted;
      });
      return presentDelivery(row);
    },
  };
}
