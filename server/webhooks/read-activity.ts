/**
 * Webhooks read activity: each is a subscription of its own, so that one that is away holds up no other. What is read becomes a delivery
 * for each subject, with its data as of now. Of a webhook only so many deliveries wait; what happens beyond that stays unread.
 */
import { type ActivityType, activityTypes } from "../../contract/activity.ts";
import type { SubscriptionKey } from "../activity/activity-store.ts";
import {
  type Capacity,
  type Present,
  type Presenters,
  type Read,
  type Subscriber,
  subscribe,
  unsubscribe,
} from "../activity/subscriber.ts";
import type { Tx } from "../kit/db.ts";
import { instantOf, namedId } from "../kit/id.ts";
import { countWaiting, insertDeliveries, type NewDelivery } from "./deliveries-store.ts";
import { findWebhook, type WebhookRow } from "./webhooks-store.ts";

/** Deliveries of a webhook that wait at most, but for those that probe, and that are prepared in one transaction. */
const usualRoom = 1_000;
const atOnce = 100;
/** Until it is looked at again whether there is room for more. */
const whileFull = 1_000;
/** Where a webhook with no room takes nothing, one more is prepared so often: its success brings forward what waits. */
const probeEvery = 5 * 60_000;

const subscriber = "webhooks";

/** The subscriber that prepares deliveries; `present` shows what they are about. Tests give less room. */
export function webhookSubscriber(present: Presenters, mostWaiting = usualRoom): Subscriber {
  return {
    name: subscriber,
    // The webhook is not locked: whoever ends it ends its subscription first, which this transaction holds.
    async capacity(tx, { workspace_id, id }, now): Promise<Capacity> {
      const webhook = await findWebhook(tx, workspace_id, id);
      if (!webhook?.enabled) return "ended";
      const room = mostWaiting - (await countWaiting(tx, workspace_id, id, mostWaiting));
      if (room > 0) return { most: Math.min(room, atOnce) };
      const later = (ms: number) => new Date(now.getTime() + ms);
      return webhook.failing_since
        ? { most: 1, notBefore: later(probeEvery) }
        : { most: 0, notBefore: later(whileFull) };
    },
    async take(tx, webhook, read, now) {
      const deliveries: NewDelivery[] = [];
      for (const each of read) deliveries.push(...(await prepare(tx, webhook, each, present[each.type])));
      if (deliveries.length > 0) await insertDeliveries(tx, webhook.workspace_id, deliveries, now);
    },
  };
}

async function prepare(
  tx: Tx,
  webhook: SubscriptionKey,
  read: Read,
  present: Present | undefined,
): Promise<NewDelivery[]> {
  if (!present) throw new Error(`nothing shows what ${read.type} is about`);
  const timestamp = instantOf(read.id);
  const shown = await present(tx, webhook.workspace_id, read);
  return read.subjects.flatMap((subject) => {
    const found = shown.get(subject);
    if (!found) return [];
    // The same however often it is read, so that neither we nor the receiver takes it twice.
    const id = namedId(timestamp, `${webhook.id} ${read.id} ${subject}`);
    const body = JSON.stringify({ id, type: read.type, timestamp: timestamp.toISOString(), data: found.data });
    return [{ id, webhook_id: webhook.id, event: read.type, body, contact_id: found.contact_id }];
  });
}

/** Lets a webhook read what it receives, from now on, or ends that. Called in each transaction that changes its events or state. */
export async function readAccordingly(
  tx: Tx,
  { workspace_id, id, enabled, events }: Pick<WebhookRow, "workspace_id" | "id" | "enabled" | "events">,
): Promise<void> {
  const types = enabled ? events.filter((event): event is ActivityType => event in activityTypes) : [];
  if (types.length === 0) await stopReading(tx, { workspace_id, id });
  else await subscribe(tx, { workspace_id, id, subscriber, types });
}

/** Ends what a webhook reads. Before its deliveries are ended, since one may be being prepared. */
export const stopReading = (tx: Tx, { workspace_id, id }: SubscriptionKey): Promise<void> =>
  unsubscribe(tx, { workspace_id, id });
