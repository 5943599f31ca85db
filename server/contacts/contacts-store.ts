/** The SQL of single contacts. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { jsonRows } from "../kit/json-rows.ts";
import { pipelined } from "../kit/prepared.ts";
import { sharedStatement } from "../kit/shared-statements.ts";
import type { ContactFields, ContactRow, OptOutRow, PossibleOptOutRow } from "./contact.ts";

/** The columns of ContactRow. */
export const contactColumns = sql.raw(
  `c.id, c.mobile, c.mobile_kind, c.phone, c.phone_kind, c.email, c.first_name, c.last_name, c.locale, c.time_zone,
   c.marketing, c.muted, c.customer_since, c.sms_consents, c.properties, c.created_at, c.updated_at`,
);

export async function selectContact(tx: Tx, workspaceId: string, id: string): Promise<ContactRow | undefined> {
  const { rows } = await sql<ContactRow>`
    select ${contactColumns} from contacts c where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
  return rows[0];
}

export async function selectContacts(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<ContactRow[]> {
  const { rows } = await sql<ContactRow>`
    select ${contactColumns} from contacts c
    where workspace_id = ${workspaceId} and id = any(${ids}::uuid[])`.execute(tx);
  return rows;
}

/**
 * The row, locked against other writers until the transaction ends: `for update` also blocks new list memberships,
 * `for no key update` does not.
 */
export async function lockContact(
  tx: Tx,
  workspaceId: string,
  id: string,
  strength: "for update" | "for no key update" = "for update",
): Promise<ContactRow | undefined> {
  const { rows } = await sql<ContactRow>`
    select ${contactColumns} from contacts c
    where workspace_id = ${workspaceId} and id = ${id} ${sql.raw(strength)}`.execute(tx);
  return rows[0];
}

export async function selectContactByMobile(tx: Tx, workspaceId: string, mobile: string): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select id from contacts where workspace_id = ${workspaceId} and mobile = ${mobile}`.execute(tx);
  return rows[0]?.id;
}

/** False when another contact has the mobile number. */
export const insertContact = sharedStatement(
  async (tx, workspaceId, contacts: readonly { id: string; fields: ContactFields; at: Date }[]) => {
    const given = contacts.map(({ id, fields, at }) => ({ ...fields, id, at }));
    const { rows } = await sql<{ id: string }>`
      insert into contacts as added (workspace_id, id, mobile, mobile_kind, phone, phone_kind, email, first_name, last_name, locale,
        time_zone, marketing, muted, properties, created_at, updated_at)
      select w.workspace_id, c.id, c.mobile, c.mobile_kind, c.phone, c.phone_kind, c.email, c.first_name, c.last_name, c.locale,
        c.time_zone, coalesce(c.marketing, true), coalesce(c.muted, false), coalesce(jsonb_strip_nulls(c.properties), '{}'), c.at, c.at
      from workspaces w, jsonb_to_recordset(${jsonRows(given)}::jsonb)
        as c (id uuid, mobile text, mobile_kind number_kind, phone text, phone_kind number_kind, email text, first_name text,
          last_name text, locale text, time_zone text, marketing boolean, muted boolean, properties jsonb, at timestamptz)
      where w.workspace_id = ${workspaceId}
      -- Others who add the same ones wait, and not in a circle.
      order by c.mobile
      on conflict (workspace_id, mobile) where mobile is not null do nothing
      returning added.id`.execute(tx);
    const added = new Set(rows.map(({ id }) => id));
    return contacts.map(({ id }) => added.has(id));
  },
);

const changeable = [
  "mobile",
  "mobile_kind",
  "phone",
  "phone_kind",
  "email",
  "first_name",
  "last_name",
  "locale",
  "time_zone",
  "marketing",
  "muted",
] as const satisfies readonly (keyof ContactFields)[];

/**
 * Writes the given columns of a locked contact, and only those: what runs side by side in the transaction may have written others since
 * they were read. False when another contact has the mobile number. Properties are merged; one set to null is removed.
 */
export async function updateContactRow(
  tx: Tx,
  workspaceId: string,
  id: string,
  fields: ContactFields,
  at: Date,
): Promise<boolean> {
  const given = changeable.filter((column) => fields[column] !== undefined);
  const columns = given.map((column) => sql`${sql.ref(column)} = ${fields[column]}, `);
  try {
    // Sent together: what others wrote between the two would be undone with the second.
    await pipelined(
      tx,
      () => sql`savepoint unique_mobile`.execute(tx),
      () =>
        sql`
          update contacts set ${sql.join(columns, sql``)}
            properties = jsonb_strip_nulls(properties || ${JSON.stringify(fields.properties ?? {})}::jsonb), updated_at = ${at}
          where workspace_id = ${workspaceId} and id = ${id}`.execute(tx),
    );
    return true;
  } catch (error) {
    if ((error as { constraint?: string }).constraint !== "contacts_mobile") throw error;
    await sql`rollback to unique_mobile`.execute(tx);
    return false;
  }
}

/** Makes a contact a customer, and answers whether it was none. */
export const updateCustomer = sharedStatement(
  async (tx, workspaceId, customers: readonly { id: string; at: Date }[]) => {
    const ids = customers.map(({ id }) => id);
    const { rows } = await sql<{ id: string }>`
      update contacts c set customer_since = given.at
      from unnest(${ids}::uuid[], ${customers.map(({ at }) => at)}::timestamptz[]) as given (id, at)
      where c.workspace_id = ${workspaceId} and c.id = given.id and c.customer_since is null
      returning c.id`.execute(tx);
    const made = new Set(rows.map(({ id }) => id));
    // Of two who ask for the same contact the first made it a customer.
    return ids.map((id) => made.delete(id));
  },
);

/** Deletes a contact and its list memberships; consent events and opt-outs are kept. */
export async function deleteContactRow(tx: Tx, workspaceId: string, id: string): Promise<void> {
  await sql`delete from list_members where workspace_id = ${workspaceId} and contact_id = ${id}`.execute(tx);
  await sql`delete from contacts where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

export async function selectListsOf(tx: Tx, workspaceId: string, id: string): Promise<{ id: string; name: string }[]> {
  const { rows } = await sql<{ id: string; name: string }>`
    select l.id, l.name from list_members m join lists l on l.workspace_id = ${workspaceId} and l.id = m.list_id
    where m.workspace_id = ${workspaceId} and m.contact_id = ${id}
    order by l.name_key, l.id`.execute(tx);
  return rows;
}

/** Texts of the contact's numbers that look like a STOP and are undecided, newest first. */
export async function selectPossibleOptOutsOf(
  tx: Tx,
  workspaceId: string,
  { mobile, phone }: Pick<ContactRow, "mobile" | "phone">,
): Promise<PossibleOptOutRow[]> {
  const { rows } = await sql<PossibleOptOutRow>`
    select p.id, p.at, p.number, s.address as sender, nullif(m.text, '') as text
    from possible_opt_outs p
    left join lateral (select text from messages where workspace_id = ${workspaceId} and id = p.id offset 0) m on true
    left join senders s on s.workspace_id = ${workspaceId} and s.id = p.sender_id
    where p.workspace_id = ${workspaceId} and p.number in (${mobile}, ${phone})
    order by p.at desc, p.id desc`.execute(tx);
  return rows;
}

/** The opt-outs in force for a contact's numbers, newest first. */
export async function selectOptOutsOf(tx: Tx, workspaceId: string, contact: ContactRow): Promise<OptOutRow[]> {
  const { rows } = await sql<OptOutRow>`
    select o.number, s.address as sender, o.at, o.source, o.evidence
    from opt_outs o left join senders s on s.workspace_id = ${workspaceId} and s.id = o.sender_id
    where o.workspace_id = ${workspaceId} and o.number in (${contact.mobile}, ${contact.phone})
    order by o.at desc, o.sender_id`.execute(tx);
  return rows;
}
