/**
 * Looking at waiting texts again after quiet hours have changed: each gets the moment that the rules give it now. In chunks, while others
 * wait to change the rules again; a text that the door parks by the rules of before is found too, since looking begins a little later than
 * the change. Texts that rules make wait longer would also be stopped at their claim (dispatch/lane-hours.ts).
 */
import type { Db, Tx } from "../kit/db.ts";
import { type DueWork, dueInWorkspaces } from "../kit/due.ts";
import type { Logger } from "../kit/log.ts";
import { isUnasked } from "../quota/source-types.ts";
import { findChangedHours, lockChangedHours, moveLookedTo } from "../workspaces/quiet-hours-store.ts";
import { nextParked, postpone } from "./dispatch/parked-store.ts";
import { readDeferral, readPlaces } from "./send/deferral.ts";

/** Texts of one transaction. */
const chunk = 10_000;
/** Milliseconds after a change, by when transactions that have read the rules of before have ended. */
const begin = 5_000;

/** Every second, a chunk of each workspace whose rules have changed. */
export function dueHours(services: { db: Db; log: Pick<Logger, "warn"> }): DueWork {
  return dueInWorkspaces(services, {
    name: "messages.look_again",
    find: (tx, { now, ...look }) => findChangedHours(tx, { before: new Date(now.getTime() - begin), ...look }),
    claim: (tx, workspaceId, _found, now) => lookAgain(tx, workspaceId, now),
  });
}

/** Looks at the next texts; answers how many have another moment now. */
export async function lookAgain(tx: Tx, workspaceId: string, now: Date, size: number = chunk): Promise<number> {
  const changed = await lockChangedHours(tx, workspaceId);
  if (!changed) return 0;
  const { texts, to, busy } = await nextParked(tx, workspaceId, changed.looked_to, { now, limit: size });
  const of = {
    transactional: await readDeferral(tx, workspaceId, "transactional"),
    marketing: await readDeferral(tx, workspaceId, "marketing"),
  };
  const contacts = new Set(texts.flatMap(({ contact_id }) => contact_id ?? []));
  const places = await readPlaces(tx, workspaceId, [...contacts]);
  const moved = texts.flatMap((text) => {
    const earliest = text.moment && text.moment > now ? text.moment : now;
    const place = { number: text.number, ...(text.contact_id === null ? {} : places.get(text.contact_id)) };
    const deferral = text.class && isUnasked(text.source_type) ? of[text.class] : null;
    const not_before = deferral?.notBefore(place, earliest) ?? earliest;
    // One that is due already is left to the mover.
    if (text.not_before.getTime() === not_before.getTime() || (text.not_before <= now && not_before <= now)) return [];
    return [{ message_id: text.message_id, not_before }];
  });
  await postpone(tx, workspaceId, moved);
  // Texts that were locked meanwhile are looked at next time, and the others of the chunk once more.
  if (!busy) await moveLookedTo(tx, workspaceId, to);
  return moved.length;
}
