/** The people of a booking: found among the contacts, or made contacts. */
import type { AttendeeInput, CustomerInput } from "../../contract/bookings.ts";
import type { ContactInput } from "../../contract/contacts.ts";
import { readContactInput } from "../contacts/contact.ts";
import { findOrAddContact, type PersonScope } from "../contacts/find-or-add.ts";
import { hasSameName, type Person, requireContactId, resolvePerson } from "../contacts/person.ts";
import type { Tx } from "../kit/db.ts";
import { invalid, within } from "../kit/errors.ts";
import { newId } from "../kit/id.ts";
import { checkTimeZone } from "../workspaces/workspace.ts";
import { type NewAttendee } from "./attendees-store.ts";
import { type Attendee, namesOf } from "./booking.ts";

/** The contact that a customer is; `present` is who the booking has. */
export const resolveCustomer = (
  tx: Tx,
  scope: PersonScope,
  input: CustomerInput & Pick<ContactInput, "phone">,
  present: Person | null,
): Promise<string> => resolvePerson(tx, scope, input, { present, field: "customer", none: noCustomer });

const noCustomer = { code: "no_customer", message: "A customer has a name, a number or an e-mail address." };

/**
 * Who comes. Whoever came before keeps their id: by contact and name, then by contact. Somebody with nothing but a name becomes no contact.
 */
export async function resolveAttendees(
  tx: Tx,
  scope: PersonScope,
  inputs: readonly AttendeeInput[],
  present: readonly Attendee[],
): Promise<NewAttendee[]> {
  const given: Omit<NewAttendee, "id">[] = [];
  for (const [i, input] of inputs.entries()) given.push(await readAttendee(tx, scope, input, `attendees.${i}`));
  const free = new Set(present);
  const take = (isSame: (attendee: Attendee) => boolean) => {
    const found = [...free].find(isSame);
    if (found) free.delete(found);
    return found?.id;
  };
  const ids = given.map((each) => take((other) => isOf(each, other) && hasSameName(each, namesOf(other))));
  return given.map((each, i) => ({
    ...each,
    id: ids[i] ?? (each.contact_id === null ? undefined : take((other) => isOf(each, other))) ?? newId(scope.at),
  }));
}

const isOf = (given: Omit<NewAttendee, "id">, { contact }: Attendee) => given.contact_id === (contact?.id ?? null);

async function readAttendee(
  tx: Tx,
  scope: PersonScope,
  input: AttendeeInput,
  field: string,
): Promise<Omit<NewAttendee, "id">> {
  if ("id" in input) {
    const contact_id = await requireContactId(tx, scope, input.id, `${field}.id`);
    return { contact_id, first_name: null, last_name: null, locale: null, time_zone: null };
  }
  const { time_zone = null, ...person } = input;
  if (time_zone) within(field, () => checkTimeZone(time_zone, "time_zone"));
  const fields = within(field, () => readContactInput(person, scope.country));
  if (!Object.values(fields).some((value) => value !== null))
    throw invalid("no_attendee", "An attendee has a name, a number or an e-mail address.", field, input);
  const { first_name = null, last_name = null, locale = null } = fields;
  const contact_id = fields.mobile || fields.email ? await findOrAddContact(tx, scope, fields) : null;
  return { contact_id, first_name, last_name, locale, time_zone };
}
