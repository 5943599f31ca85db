/** What a customer sees of their bookings on their own page. */
import type { Language } from "../../contract/shapes.ts";
import type { Reader } from "../../rules/booking-values.ts";
import { languageOf } from "../../rules/reader-locale.ts";
import { fullName, selectPeople } from "../contacts/person.ts";
import type { Tx } from "../kit/db.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import type { Access } from "./access-store.ts";
import { type Booking } from "./booking.ts";
import { completeBookings } from "./complete-bookings.ts";
import { type BookingFilter, type BookingOrder, everyBooking, listBookings } from "./list-store.ts";

/** A customer as their page knows them. */
export interface OwnPage {
  business: string;
  /** Whether the workspace gives its customers access. */
  isAvailable: boolean;
  name: string | null;
  /** The first of them first. */
  coming: Booking[];
  /** The last of them first. */
  past: Booking[];
  hasMore: boolean;
  reader: Reader;
  /** The contact's; null where we don't write it. */
  language: Language | null;
}

/** Bookings in each of the two lists: who has more can ask. */
const mostShown = 100;

/** Null for a contact that is gone. */
export async function readOwnPage(tx: Tx, access: Access, now: Date): Promise<OwnPage | null> {
  const { workspace_id: workspaceId, contact_id: contactId } = access;
  const contact = (await selectPeople(tx, workspaceId, [contactId])).get(contactId);
  if (!contact) return null;
  const { name: business, customer_access, language, country, time_zone } = await getWorkspace(tx, workspaceId);
  const { locale, time_zone: ofContact } = contact;
  const list = async (span: Pick<BookingFilter, "from" | "to">, order: BookingOrder) => {
    const filter = { ...everyBooking, ...span, customer_id: contactId };
    const rows = await listBookings(tx, workspaceId, filter, { order, after: null, limit: mostShown + 1 });
    return completeBookings(tx, workspaceId, time_zone, rows);
  };
  const coming = customer_access ? await list({ from: now, to: null }, "start") : [];
  const begun = customer_access ? await list({ from: null, to: now }, "-start") : [];
  return {
    business,
    isAvailable: customer_access,
    name: fullName(contact),
    coming: coming.slice(0, mostShown),
    past: begun.slice(0, mostShown).filter(({ end_at }) => end_at <= now),
    hasMore: coming.length > mostShown || begun.length > mostShown,
    reader: { locale, time_zone: ofContact, language, country },
    language: locale === null ? null : languageOf(locale),
  };
}
