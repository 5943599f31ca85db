/** Until when a text to a recipient must wait, by the rules of where they can be (server only: it reads numbers). */
import { readState, zonesOfState } from "./area-codes.ts";
import { nextOpen, type QuietHoursRule, type ZonedRule } from "./quiet-hours.ts";
import { isTimeZone } from "./time-zone.ts";
import { type Origin, originOf } from "./zone-of-number.ts";

/** What says where a recipient is. */
export interface RecipientPlace {
  /** E.164. */
  number: string;
  /** The contact's own zone; one that does not exist counts as none. */
  time_zone?: string | null;
  /** The state of the contact's address, as its two letters or its name; read for North American numbers. */
  state?: string | null;
}

/** As long as a text can be valid: a text that may never leave waits beyond its end. */
const never = 15 * 86_400_000;
/** Contacts' zones and states are free text, so that their number is not bounded. */
const mostPlaces = 20_000;

/**
 * A function that answers the first instant at which a text to a recipient may leave, null for now. Fast for many recipients: they
 * are told apart by country, area code, zone and state only.
 */
export function hoursOf(rules: readonly QuietHoursRule[], workspaceZone: string) {
  const byPlace = new Map<string, QuietHoursRule>(rules.map((rule) => [rule.country, rule]));
  const places = new Map<
    Origin,
    Map<string, { at: number; next: number | null; find: (at: number) => number | null }>
  >();
  let size = 0;
  return (recipient: RecipientPlace, at: Date): Date | null => {
    const origin = originOf(recipient.number);
    if (origin.country === null || !byPlace.size) return null;
    const key = `${recipient.time_zone ?? ""}|${recipient.state ?? ""}`;
    let known = places.get(origin);
    if (!known) places.set(origin, (known = new Map()));
    let place = known.get(key);
    if (!place) {
      if (size++ >= mostPlaces) {
        places.clear();
        size = 0;
        places.set(origin, (known = new Map()));
      }
      place = { at: Number.NaN, next: null, find: finderOf(origin, recipient, byPlace, workspaceZone) };
      known.set(key, place);
    }
    const moment = at.getTime();
    if (place.at !== moment) {
      place.at = moment;
      place.next = place.find(moment);
    }
    return place.next === null || place.next <= moment ? null : new Date(place.next);
  };
}

function finderOf(
  origin: Origin,
  recipient: RecipientPlace,
  byPlace: ReadonlyMap<string, QuietHoursRule>,
  workspaceZone: string,
): (at: number) => number | null {
  const state = origin.country === "US" && recipient.state ? readState(recipient.state) : null;
  const names = new Set([origin.country ?? ""]);
  for (const each of [origin.state, state]) if (origin.country === "US" && each) names.add(`US-${each}`);
  const rules = [...names].flatMap((name) => byPlace.get(name) ?? []);
  if (rules.length === 0) return () => null;
  const own = recipient.time_zone && isTimeZone(recipient.time_zone) ? recipient.time_zone : null;
  const zones = zonesOf(origin, own, state, workspaceZone);
  const zoned = (among: readonly string[]): ZonedRule[] =>
    among.flatMap((zone) => rules.map((rule) => ({ rule, zone })));
  const strict = zoned(zones);
  return (at) => {
    const next = nextOpen(strict, at);
    if (next !== null) return next;
    // A country so wide that its hours have nothing in common: the workspace's zone where it is one of them, else the first.
    const one = own ?? (zones.includes(workspaceZone) ? workspaceZone : zones[0]);
    const alone = origin.by_area || state !== null || one === undefined ? null : nextOpen(zoned([one]), at);
    return alone ?? at + never;
  };
}

/**
 * The zones that must all allow a text: the contact's own, else those of the number, else the workspace's. An area code and an
 * address are statements about the person, so that they count beside the contact's own zone; a country alone does not.
 */
function zonesOf(origin: Origin, own: string | null, state: string | null, workspaceZone: string): string[] {
  const zones = new Set<string>(own ? [own] : []);
  if (state !== null) for (const zone of zonesOfState(state)) zones.add(zone);
  if (origin.by_area || zones.size === 0) for (const zone of origin.zones) zones.add(zone);
  const existing = [...zones].filter(isTimeZone);
  return existing.length > 0 ? existing : [workspaceZone];
}
