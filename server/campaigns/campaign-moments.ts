/** When a campaign begins, as it is asked for, and when each recipient has it. */
import type { Schedule } from "../../contract/campaigns.ts";
import { isWallTime, momentIn, momentsOnEarth, zoneOf } from "../../rules/local-moment.ts";
import { invalid } from "../kit/errors.ts";
import type { CampaignRow } from "./campaign.ts";

/** A schedule that was pressed a moment too late. */
const leeway = 60_000;
const furthest = 366 * 86_400_000;

/** When a campaign is to begin, at the earliest. */
export function readMoment({ at, local }: Schedule, zone: string, now: Date): Date {
  const wall = isWallTime(at);
  if (local && !wall) {
    const message = `A time of each recipient is a date and time without offset, such as 2026-12-03T10:00, not ${at}.`;
    throw invalid("invalid_time", message, "at", at);
  }
  const instant = wall ? momentIn(at, zone) : readInstant(at);
  if (instant === null) {
    const message = `${at} is no moment: give an instant (2026-12-03T10:00:00+01:00) or a time in ${zone} (2026-12-03T10:00).`;
    throw invalid("invalid_time", message, "at", at);
  }
  const { first, last } = local ? momentsOnEarth(at) : { first: instant, last: instant };
  if (last.getTime() < now.getTime() - leeway) {
    throw invalid("time_past", `${at} is past: it is ${now.toISOString()} now.`, "at", at);
  }
  if (first.getTime() > now.getTime() + furthest)
    throw invalid("time_too_far", `${at} is more than a year ahead.`, "at", at);
  return first;
}

/** An instant with its offset, or null. `Date` would take 30 February for 2 March. */
function readInstant(text: string): Date | null {
  try {
    return new Date(Temporal.Instant.from(text).epochMilliseconds);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** The moment of each recipient, by zone; null where the campaign is for all at once. */
export function momentsOf(
  { scheduled_local }: Pick<CampaignRow, "scheduled_local">,
  workspaceZone: string,
): ((recipient: Parameters<typeof zoneOf>[0]) => Date) | null {
  if (scheduled_local === null) return null;
  const moments = new Map<string, Date>();
  return (recipient) => {
    const zone = zoneOf(recipient, workspaceZone);
    return moments.getOrInsertComputed(zone, () => momentIn(scheduled_local, zone));
  };
}
