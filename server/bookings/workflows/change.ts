/** A change of a booking, as workflows look at it. */
import type { DecisionReason } from "../../../contract/decisions.ts";
import type { Happening, HappeningRow, LeftAttendee } from "../happenings-store.ts";

/** A change, with what the following ones made of it. */
export interface Change {
  row: HappeningRow;
  happening: Happening;
  /** Why it is told to nobody: what came with it, or after it, is told instead. */
  leftOut: DecisionReason | null;
  /** Attendees who are not told: they have only come, and are told of the booking as it is. */
  except: readonly string[];
  /** Who is told although they come no more. */
  also: readonly Leaver[];
}

/** Somebody who came and does not any more: an attendee, or the customer who came alone. */
export interface Leaver {
  contact_id: string | null;
  attendee: LeftAttendee | null;
}
