/**
 * Which timings of workflows are in use, with which hours, and in which zones: what the search for due moments turns round, each second.
 *
 * They are read once, and from then on of those workspaces in which they have changed, so that a second in which nothing is due costs the
 * same with one workspace and with a hundred thousand. What is out of use stays until all are read again: a range too many finds bookings
 * for which no workflow is, and no more.
 */
import type { Tx } from "../../kit/db.ts";
import { pipelined } from "../../kit/prepared.ts";
import { findClockChanges } from "../../workspaces/clock-changes.ts";
import { selectTimings, selectZones, type TimingInUse } from "./moments-store.ts";

export interface InUse {
  timings: readonly TimingInUse[];
  zones: readonly string[];
}

const minute = 60_000;
/** All are read again so often. */
const usedFor = 10 * minute;
/** A change may be seen so long after the time that it bears: its transaction ends later, and another process's clock is behind. */
const seenWithin = 5 * minute;

/** Reads what is in use at `now`, in a transaction that sees every workspace. */
export type TimingsReader = (tx: Tx, now: Date) => Promise<InUse>;

export function createTimingsReader(): TimingsReader {
  let read: Date | null = null;
  let last = new Date(0);
  const timings = new Map<string, TimingInUse>();
  const zones = new Set<string>();

  async function add(tx: Tx, workspaces: readonly string[] | null): Promise<void> {
    const [found, zonesFound] = await pipelined(
      tx,
      () => selectTimings(tx, workspaces),
      () => selectZones(tx, workspaces),
    );
    for (const timing of found) timings.set(JSON.stringify(timing), timing);
    for (const zone of zonesFound) zones.add(zone);
  }

  return async (tx, now) => {
    // Of a clock that was set back nothing is known.
    if (read === null || now < last || now.getTime() - read.getTime() > usedFor) {
      timings.clear();
      zones.clear();
      // Set once all is there: what fails half-way is read anew.
      read = null;
      await add(tx, null);
      read = now;
    } else {
      const changed = await findClockChanges(tx, new Date(last.getTime() - seenWithin));
      if (changed.length > 0) await add(tx, changed);
    }
    last = now;
    return { timings: [...timings.values()], zones: [...zones] };
  };
}
