/** The door for events: they go out if, and only if, the transaction in which they happened does. */
import type { WebhookEvent } from "../../contract/webhooks.ts";
import type { Tx } from "../kit/db.ts";
import { orderedIds } from "../kit/id.ts";
import { insertDeliveries, listeners } from "./deliveries-store.ts";

/** Something that happened in a workspace; `data` is what the receiver is told of it. */
export interface HappenedEvent {
  workspace_id: string;
  event: WebhookEvent;
  data: object;
}

/** What is posted: the payload of the Standard Webhooks specification. */
export function eventBody(event: string, at: Date, data: object): string {
  return JSON.stringify({ type: event, timestamp: at.toISOString(), data });
}

/** Puts the events in line for the webhooks that want them. A transaction in all workspaces may bring events of many. */
export async function queueEvents(tx: Tx, at: Date, events: readonly HappenedEvent[]): Promise<void> {
  if (events.length === 0) return;
  const workspaces = [...new Set(events.map((each) => each.workspace_id))];
  const newId = orderedIds();
  const wanted = await listeners(tx, workspaces, [...new Set(events.map((each) => each.event))]);
  for (const [workspace_id, webhooks] of Map.groupBy(wanted, (webhook) => webhook.workspace_id)) {
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
