/**
 * Reads on for every subscription: each second a worker looks for subscriptions with something unread, and reads a part of each, in a
 * transaction of its own. The look finds whatever is unread, so nothing depends on a notice.
 */
import type { Db, Tx } from "../kit/db.ts";
import type { DueWork } from "../kit/due.ts";
import { instantOf } from "../kit/id.ts";
import type { Logger } from "../kit/log.ts";
import {
  type ActivityPart,
  claimSubscription,
  deleteSubscription,
  findUnread,
  markRead,
  postpone,
  selectUnread,
  type SubscriptionKey,
} from "./activity-store.ts";
import type { Subscriber } from "./subscriber.ts";

export interface ReadingServices {
  db: Db;
  log: Pick<Logger, "warn">;
  subscribers: readonly Subscriber[];
}

/** Subscriptions that are found at once, and that are read for at the same time. */
const mostFound = 200;
const readers = 3;
/** Rows of activity that are read at once. */
const mostRows = 50;
/** Until a subscription that failed reads again, in ms; doubled with each failure, up to the longest. */
const firstPause = 1_000;
const longestPause = 5 * 60_000;

/** Reading on, as work by the clock: each round reads a part for every subscription that has something unread. */
export function activityReading(services: ReadingServices): DueWork {
  const { db } = services;
  return {
    name: "activity.read",
    async run({ now, signal }) {
      const found = await db.asSystem((tx) => findUnread(tx, now, mostFound));
      const waiting = found.values();
      const errors: unknown[] = [];
      let done = 0;
      const read = async () => {
        for (const key of waiting) {
          if (signal.aborted) return;
          const n = await readFor(services, key, now).catch((error: unknown) => {
            errors.push(error);
            return 0;
          });
          done += n;
        }
      };
      await Promise.all(Array.from({ length: readers }, read));
      const oldest = found[0] ? instantOf(found[0].oldest) : null;
      return { done, oldest, more: done > 0 && !signal.aborted, errors };
    },
  };
}

/** Reads a part for a subscription, and answers how many subjects that were. Throws what its subscriber throws, after putting it off. */
async function readFor(services: ReadingServices, key: SubscriptionKey, now: Date): Promise<number> {
  const { db, log } = services;
  const { workspace_id: workspace, id: subscription } = key;
  try {
    return await db.inWorkspace(workspace, (tx) => readPart(tx, services, key, now));
  } catch (error) {
    log.warn({ err: error, workspace, subscription }, "could not read on in what happened; it is read again later");
    await db.inWorkspace(workspace, async (tx) => {
      const row = await claimSubscription(tx, key, now);
      if (!row) return;
      const pause = Math.min(firstPause * 2 ** row.failures, longestPause);
      await postpone(tx, key, { next_at: new Date(now.getTime() + pause), failures: Math.min(row.failures + 1, 100) });
    });
    throw error;
  }
}

async function readPart(tx: Tx, { subscribers }: ReadingServices, key: SubscriptionKey, now: Date): Promise<number> {
  const row = await claimSubscription(tx, key, now);
  // A newer version's subscriber is read for by the processes that have it.
  const subscriber = row && subscribers.find(({ name }) => name === row.subscriber);
  if (!subscriber) return 0;
  const capacity = await subscriber.capacity(tx, key, now);
  if (capacity === "ended") {
    await deleteSubscription(tx, key);
    return 0;
  }
  const { notBefore = null } = capacity;
  // After a failure one at a time, so that whatever it cannot take holds up only what happened later.
  const most = row.failures > 0 ? Math.min(capacity.most, 1) : capacity.most;
  const parts = cut(await selectUnread(tx, key, { most, limit: Math.min(mostRows, most) }), most);
  if (parts.length > 0) {
    const wanted = parts.filter(({ type }) => row.types.includes(type));
    if (wanted.length > 0) await subscriber.take(tx, key, wanted, now);
    const read = parts.map((part) => ({ ...part, taken: part.taken + part.subjects.length }));
    await markRead(tx, key, read);
  }
  if (notBefore || row.failures > 0) await postpone(tx, key, { next_at: notBefore, failures: 0 });
  return parts.reduce((sum, { subjects }) => sum + subjects.length, 0);
}

/** The first `most` subjects. */
function cut(parts: readonly ActivityPart[], most: number): ActivityPart[] {
  let left = most;
  return parts.flatMap((part) => {
    const subjects = part.subjects.slice(0, left);
    left -= subjects.length;
    return subjects.length > 0 ? [{ ...part, subjects }] : [];
  });
}
