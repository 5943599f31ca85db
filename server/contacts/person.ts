/** People as bookings and orders show and reach them: contacts, found by id, or from what a caller says of them. */
import { sql } from "kysely";
import type { ContactInput } from "../../contract/contacts.ts";
import type { Tx } from "../kit/db.ts";
import { invalid, within } from "../kit/errors.ts";
import { sharedStatement } from "../kit/shared-statements.ts";
import { uuidSet } from "../kit/uuid-set.ts";
import { readContactInput } from "./contact.ts";
import { findOrAddContact, type PersonScope } from "./find-or-add.ts";

/** A contact, as far as it is shown and reached. */
export interface Person {
  id: string;
  first_name: string | null;
  last_name: string | null;
  mobile: string | null;
  mobile_kind: string | null;
  phone: string | null;
  email: string | null;
  locale: string | null;
  time_zone: string | null;
  muted: boolean;
  customer_since: Date | null;
  properties: Record<string, unknown>;
}

/** First and last name; null where there is neither. */
export const fullName = (person: { first_name: string | null; last_name: string | null } | null): string | null =>
  person === null ? null : [person.first_name, person.last_name].filter(Boolean).join(" ") || null;

type Ids = readonly (string | null)[];

/** Contacts by their ids, and maybe others. */
export const selectPeople = sharedStatement(async (tx, workspaceId, asked: readonly Ids[]) => {
  const ids = asked.flat();
  if (ids.every((id) => id === null)) return asked.map(() => new Map<string, Person>());
  const { rows } = await sql<Person>`
    select id, first_name, last_name, mobile, mobile_kind, phone, email, locale, time_zone, muted, customer_since, properties
    from contacts
    where workspace_id = ${workspaceId} and id = any(${uuidSet(ids)}::uuid[])`.execute(tx);
  const contacts = new Map(rows.map((row) => [row.id, row]));
  return asked.map(() => contacts);
});

/** What a caller says of a person: an id, or what finds one. */
export type PersonInput = { id: string } | Omit<ContactInput, "id">;

/**
 * The contact that a caller means: by id, else by mobile number, then e-mail; a person whom nothing finds becomes a contact. Somebody with
 * nothing but a name stays who is there by that name (`present`). Values that a found contact has stay, but that who is found by
 * e-mail gets a new mobile number. 422 on `field` and the fields within; `none` where nothing is said.
 */
export async function resolvePerson(
  tx: Tx,
  scope: PersonScope,
  input: PersonInput,
  { present, field, none }: { present: Person | null; field: string; none: { code: string; message: string } },
): Promise<string> {
  if ("id" in input) return requireContactId(tx, scope, input.id, `${field}.id`);
  const fields = within(field, () => readContactInput(input, scope.country));
  if (!Object.values(fields).some((value) => value !== null)) throw invalid(none.code, none.message, field, input);
  if (!fields.mobile && !fields.email && present && hasSameName(fields, present)) return present.id;
  return findOrAddContact(tx, scope, fields);
}

/** The id as it is stored; 422 on `field` where the workspace has no such contact. */
export async function requireContactId(
  tx: Tx,
  { workspaceId }: PersonScope,
  id: string,
  field: string,
): Promise<string> {
  const found = await selectPeople(tx, workspaceId, [id]);
  const contact = found.get(id.toLowerCase());
  if (!contact) throw invalid("unknown_contact", `There is no contact ${id}.`, field, id);
  return contact.id;
}

type Named = { first_name?: string | null; last_name?: string | null };
export const hasSameName = (a: Named, b: Named): boolean =>
  (a.first_name ?? null) === (b.first_name ?? null) && (a.last_name ?? null) === (b.last_name ?? null);
