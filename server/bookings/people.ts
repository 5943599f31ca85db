/** The people of a booking: found among the contacts, or made contacts. */
import { sql } from "kysely";
import type { AttendeeInput, CustomerInput } from "../../contract/bookings.ts";
import type { ContactInput } from "../../contract/contacts.ts";
import { type ContactFields, readContactInput } from "../contacts/contact.ts";
import { addContact, type Fillable, fillContact } from "../contacts/contacts.ts";
import type { Tx } from "../kit/db.ts";
import { invalid, Problem } from "../kit/errors.ts";
import { newId } from "../kit/id.ts";
import { sharedStatement } from "../kit/shared-statements.ts";
import { checkTimeZone } from "../workspaces/workspace.ts";
import { type NewAttendee } from "./attendees-store.ts";
import { type Attendee, type BookingContact, namesOf } from "./booking.ts";
import { selectContacts } from "./complete-bookings.ts";

interface Scope {
  workspaceId: string;
  /** By whose plan numbers are read. */
  country: string;
  at: Date;
}

/**
 * The contact that a customer is: by id, else by mobile number, then e-mail; a person whom nothing finds becomes a contact. Somebody with
 * nothing but a name stays who the booking has by that name (`present`). Values that a found contact has stay, but that who is found by
 * e-mail gets a new mobile number. 422 on `field` and the fields within.
 */
export async function resolveCustomer(
  tx: Tx,
  scope: Scope,
  input: CustomerInput & Pick<ContactInput, "phone">,
  present: BookingContact | null,
  field = "customer",
): Promise<string> {
  if ("id" in input) return requireOwn(tx, scope, input.id, `${field}.id`);
  const fields = within(field, () => readContactInput(input, scope.country));
  if (!Object.values(fields).some((value) => value !== null))
    throw invalid("no_customer", "A customer has a name, a number or an e-mail address.", field, input);
  if (!fields.mobile && !fields.email && present && hasSameName(fields, present)) return present.id;
  return findOrAdd(tx, scope, fields);
}

/**
 * Who comes. Whoever came before keeps their id: by contact and name, then by contact. Somebody with nothing but a name becomes no contact.
 */
export async function resolveAttendees(
  tx: Tx,
  scope: Scope,
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
  scope: Scope,
  input: AttendeeInput,
  field: string,
): Promise<Omit<NewAttendee, "id">> {
  if ("id" in input) {
    const contact_id = await requireOwn(tx, scope, input.id, `${field}.id`);
    return { contact_id, first_name: null, last_name: null, locale: null, time_zone: null };
  }
  const { time_zone = null, ...person } = input;
  if (time_zone) within(field, () => checkTimeZone(time_zone, "time_zone"));
  const fields = within(field, () => readContactInput(person, scope.country));
  if (!Object.values(fields).some((value) => value !== null))
    throw invalid("no_attendee", "An attendee has a name, a number or an e-mail address.", field, input);
  const { first_name = null, last_name = null, locale = null } = fields;
  const contact_id = fields.mobile || fields.email ? await findOrAdd(tx, scope, fields) : null;
  return { contact_id, first_name, last_name, locale, time_zone };
}

async function requireOwn(tx: Tx, { workspaceId }: Scope, id: string, field: string): Promise<string> {
  const found = await selectContacts(tx, workspaceId, [id]);
  const contact = found.get(id.toLowerCase());
  if (!contact) throw invalid("unknown_contact", `There is no contact ${id}.`, field, id);
  return contact.id;
}

type Named = { first_name?: string | null; last_name?: string | null };
const hasSameName = (a: Named, b: Named) =>
  (a.first_name ?? null) === (b.first_name ?? null) && (a.last_name ?? null) === (b.last_name ?? null);

async function findOrAdd(tx: Tx, scope: Scope, fields: ContactFields): Promise<string> {
  const { workspaceId, at } = scope;
  const found = await findKnown(tx, workspaceId, fields);
  if (found) {
    await fillContact(tx, workspaceId, found, fields, at);
    return found.id;
  }
  const added = await addContact(tx, workspaceId, fields, at);
  if (added !== null) return added;
  // Another transaction has added the number meanwhile.
  const other = await findKnown(tx, workspaceId, fields);
  if (!other) throw new Error(`the mobile number ${fields.mobile} is taken by nobody`);
  await fillContact(tx, workspaceId, other, fields, at);
  return other.id;
}

/**
 * The contact with the mobile number, else the one with the e-mail address, unless number and first name both say that it is somebody
 * else: families share an address.
 */
async function findKnown(
  tx: Tx,
  workspaceId: string,
  { mobile = null, email = null, first_name = null }: ContactFields,
): Promise<Fillable | null> {
  return mobile === null && email === null ? null : selectKnown(tx, workspaceId, { mobile, email, first_name });
}

const selectKnown = sharedStatement(
  async (tx, workspaceId, asked: readonly { [K in "mobile" | "email" | "first_name"]: string | null }[]) => {
    const columns = sql`id, mobile, email, first_name, last_name, locale, created_at`;
    const { rows } = await sql<Fillable & { n: number }>`
      select given.n::integer as n, known.id, known.mobile, known.email, known.first_name, known.last_name, known.locale
      from unnest(${asked.map(({ mobile }) => mobile)}::text[], ${asked.map(({ email }) => email)}::text[],
        ${asked.map(({ first_name }) => first_name)}::text[]) with ordinality as given (mobile, email, first_name, n)
      cross join lateral (
        select * from (
          select ${columns}, 1 as rank from contacts
          where workspace_id = ${workspaceId} and mobile = given.mobile
          union all
          select ${columns}, 2 from contacts
          where workspace_id = ${workspaceId} and email = given.email
            and not (mobile is not null and given.mobile is not null and lower(first_name) <> lower(given.first_name))
        ) either
        order by rank, created_at, id limit 1
      ) known`.execute(tx);
    const found = new Map(rows.map(({ n, ...contact }) => [n, contact]));
    return asked.map((_, i) => found.get(i + 1) ?? null);
  },
);

/** Puts the name of what holds the fields before the field of a problem. */
function within<T>(field: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { status, code, message, value, readings } = error;
    throw new Problem(status, code, message, {
      field: `${field}.${error.field}`,
      value,
      ...(readings && { readings }),
      cause: error,
    });
  }
}
