/** Queues events for webhooks in the transaction in which they happen: they are sent if and only if it commits. */
import type { WebhookEvent } from "../../contract/webhooks.ts";
import type { Tx } from "../kit/db.ts";
import { orderedIds } from "../kit/id.ts";
import { insertDeliveries, selectSubscribed } from "./deliveries-store.ts";

/** An event in a workspace; `data` is the payload's data. */
export interface HappenedEvent {
  workspace_id: string;
  event: WebhookEvent;
  data: object;
}

/** The payload of the Standard Webhooks specification. */
export function eventBody(event: string, at: Date, data: object): string {
  return JSON.stringify({ type: event, timestamp: at.toISOString(), data });
}

/** Queues the events for the webhooks that subscribe to them. A system transaction may pass events of many workspaces. */
export async function queueEvents(tx: Tx, at: Date, events: readonly HappenedEvent[]): Promise<void> {
  if (events.length === 0) return;
  const workspaces = [...new Set(events.map((each) => each.workspace_id))];
  const newId = orderedIds();
  const subscribed = await selectSubscribed(tx, workspaces, [...new Set(events.map((each) => each.event))]);
  for (const [workspace_id, webhooks] of Map.groupBy(subscribed, (webhook) => webhook.workspace_id)) {
    const deliveries = webhooks.flatMap(({ id: webhook_id, events: names }) =>
      events
        .filter((each) => each.workspace_id === workspace_id && names.includes(each.event))
        .map(({ event, data }) => ({
          id: newId(at),
          webhook_id,
          event,
          body: eventBody(event, at, { workspace_id, ...data }),
        })),
    );
    if (deliveries.length > 0) await insertDeliveries(tx, workspace_id, deliveries, at);
  }
}
