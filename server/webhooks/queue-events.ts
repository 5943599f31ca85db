/** Queues events for webhooks in the transaction in which they happen: they are sent if and only if it commits. */
import type { WebhookEvent } from "../../contract/webhooks.ts";
import type { Tx } from "../kit/db.ts";
import { orderedIds } from "../kit/id.ts";
import { inEachWorkspace } from "../kit/in-each-workspace.ts";
import { insertDeliveries, lockSubscribed, whichSubscribe } from "./deliveries-store.ts";

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
  const names = [...new Set(events.map((each) => each.event))];
  const subscribed = await whichSubscribe(tx, [...new Set(events.map((each) => each.workspace_id))], names);
  const newId = orderedIds();
  const heard = events.filter((each) => subscribed.has(each.workspace_id));
  await inEachWorkspace(heard, async (workspaceId, own) => {
    const webhooks = await lockSubscribed(tx, workspaceId, names);
    const deliveries = webhooks.flatMap(({ id: webhook_id, events: wanted }) =>
      own
        .filter((each) => wanted.includes(each.event))
        .map(({ event, data }) => ({
          id: newId(at),
          webhook_id,
          event,
          body: eventBody(event, at, { workspace_id: workspaceId, ...data }),
        })),
    );
    if (deliveries.length > 0) await insertDeliveries(tx, workspaceId, deliveries, at);
  });
}
