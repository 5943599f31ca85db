/** What a part of the program does to read what happened. */
import type { ActivityData, ActivityType } from "../../contract/activity.ts";
import type { Tx } from "../kit/db.ts";
import {
  type ActivityPart,
  deleteSubscription,
  postpone,
  type SubscriptionKey,
  upsertSubscription,
} from "./activity-store.ts";

/** Subjects of a row of activity that are read together. */
export type Read = Pick<ActivityPart, "id" | "type" | "subjects" | "contacts" | "number">;

/** How much a subscription reads now: `most` subjects, then nothing before a time; or it has ended and is deleted. */
export type Capacity = { most: number; notBefore?: Date } | "ended";

/**
 * Reads for the subscriptions of its name, for each in the order of time, at least once. Both functions run in one transaction of the
 * workspace, in which what was read is marked: what they write commits with that, and so is done once. What they throw rolls it back,
 * and it is read again after a growing pause, while others read on.
 */
export interface Subscriber {
  name: string;
  capacity(tx: Tx, subscription: SubscriptionKey, now: Date): Promise<Capacity>;
  take(tx: Tx, subscription: SubscriptionKey, read: readonly Read[], now: Date): Promise<void>;
}

/** A subject as its GET shows it, and the contact that it is about, whose erasure must find copies of it. */
export interface Presented<Data = object> {
  data: Data;
  contact_id: string | null;
}

/** Shows subjects by their ids; one that is gone, or is to be told to nobody, is left out. */
export type Present<Data extends object = object> = (
  tx: Tx,
  workspaceId: string,
  read: Read,
) => Promise<Map<string, Presented<Data>>>;

/** How the subjects of each type are shown. Each domain shows its own. */
export type Presenters = { readonly [Type in ActivityType]?: Present<ActivityData<Type>> };

/**
 * Subscribes from now on, or changes the types of a subscription. What happens in transactions that append after this is committed
 * is read; what is appended meanwhile may be.
 */
export async function subscribe(
  tx: Tx,
  subscription: SubscriptionKey & { subscriber: string; types: readonly ActivityType[] },
): Promise<void> {
  await upsertSubscription(tx, { ...subscription, types: [...subscription.types] });
}

/** Ends a subscription; what it has not read it will not read. */
export const unsubscribe: (tx: Tx, subscription: SubscriptionKey) => Promise<void> = deleteSubscription;

/** Lets a subscription read at once what it was to read later. */
export const readSoon = (tx: Tx, subscription: SubscriptionKey): Promise<void> =>
  postpone(tx, subscription, { next_at: null, failures: 0 });
