/** People whom a caller describes without an id: found among the contacts, or made contacts. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { sharedStatement } from "../kit/shared-statements.ts";
import type { ContactFields } from "./contact.ts";
import { addContact, type Fillable, fillContact } from "./contacts.ts";

/** In which workspace, and as what, a person is read. */
export interface PersonScope {
  workspaceId: string;
  /** By whose plan numbers are read. */
  country: string;
  at: Date;
}

/** By what descriptions may mean the same person: whoever shares one must see what the one before has written. */
export function personKeys(
  person: { id: string } | { mobile?: string | null | undefined; email?: string | null | undefined } | null | undefined,
): string[] {
  if (!person) return [];
  if ("id" in person) return [`contact ${person.id}`];
  const { mobile, email } = person;
  return [
    // With or without a country code.
    ...(mobile ? [`number ${mobile.replace(/\D/g, "").slice(-8)}`] : []),
    ...(email ? [`email ${email.trim().toLowerCase()}`] : []),
  ];
}

/**
 * The contact that a caller describes in passing: by mobile number, else by e-mail address; nobody found becomes a contact. Values that a
 * found contact has stay, but that who is found by e-mail gets a new mobile number.
 */
export async function findOrAddContact(tx: Tx, scope: PersonScope, fields: ContactFields): Promise<string> {
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
