/** Locks people before they are found or made contacts, in one order, so that transactions that name the same do not wait in a circle. */
import { sql } from "kysely";
import type { ContactInput } from "../../contract/contacts.ts";
import type { Tx } from "../kit/db.ts";
import { Problem } from "../kit/errors.ts";
import { uuidSet } from "../kit/uuid-set.ts";
import { lockContacts } from "./bulk/bulk-store.ts";
import { readContactInput } from "./contact.ts";

/** A contact by its id, or a person who is described. */
type NamedPerson = { id: string } | ContactInput;

/** Locks who is named before any of them is looked for, where they are several: another transaction may name them in another order. */
export async function lockPeopleNamed(
  tx: Tx,
  { workspaceId, country }: { workspaceId: string; country: string },
  inputs: readonly NamedPerson[],
): Promise<void> {
  if (inputs.length < 2) return;
  const ids = inputs.flatMap((input) => ("id" in input ? [input.id] : []));
  const described = inputs.flatMap((input) => {
    if ("id" in input) return [];
    // Of a booking, and not of the contact.
    const { time_zone: _, ...person } = input;
    try {
      return [readContactInput(person, country)];
    } catch (error) {
      // Whoever reads it next says what is wrong with it, and where.
      if (!(error instanceof Problem)) throw error;
      return [];
    }
  });
  const given = (field: "mobile" | "email") => described.flatMap((each) => each[field] ?? []);
  await lockPeople(tx, workspaceId, { ids, mobiles: given("mobile"), emails: given("email") });
}

/** The first half of an advisory lock's key. */
const newPeopleLock = 0xb00d;

/** How people are named. */
interface People {
  ids?: readonly string[];
  mobiles: readonly string[];
  emails: readonly string[];
}

/**
 * Locks the contacts that several people are, whatever the order in which they are named. Where one is to become a contact
 * the others who add several wait, since nothing that could be locked is there yet.
 */
export async function lockPeople(tx: Tx, workspaceId: string, people: People): Promise<void> {
  const found = await selectPeople(tx, workspaceId, people);
  const isKnown = (column: "mobile" | "email", values: readonly string[]) =>
    values.every((value) => found.some((each) => each[column] === value));
  if (!isKnown("mobile", people.mobiles) || !isKnown("email", people.emails)) {
    const key = Number.parseInt(workspaceId.slice(-8), 16) | 0;
    await sql.raw(`select pg_advisory_xact_lock(${newPeopleLock}, ${key})`).execute(tx);
  }
  await lockKnown(tx, workspaceId, people);
}

/** Locks those of the people who are contacts. */
export async function lockKnown(tx: Tx, workspaceId: string, people: People): Promise<void> {
  const found = await selectPeople(tx, workspaceId, people);
  const ids = found.map(({ id }) => id);
  if (ids.length > 0) await lockContacts(tx, workspaceId, ids, "for update");
}

async function selectPeople(tx: Tx, workspaceId: string, { ids = [], mobiles, emails }: People) {
  const { rows } = await sql<{ id: string; mobile: string | null; email: string | null }>`
    select id, mobile, email from contacts where workspace_id = ${workspaceId} and id = any(${uuidSet(ids)}::uuid[])
    union select id, mobile, email from contacts
    where workspace_id = ${workspaceId} and mobile = any(${mobiles}::text[])
    union select id, mobile, email from contacts
    where workspace_id = ${workspaceId} and email = any(${emails}::text[])`.execute(tx);
  return rows;
}
