/** Creating, reading, changing and deleting single contacts. */
import type { Contact, ContactInput } from "../../contract/contacts.ts";
import { recordAuditEvent } from "../accounts/audit-events.ts";
import { appendOne } from "../activity/activity.ts";
import type { Tx } from "../kit/db.ts";
import { conflict, invalid, notFound, type Problem } from "../kit/errors.ts";
import { newId } from "../kit/id.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import { type ContactFields, type ContactRow, keysWithValue, presentContact, readContactInput } from "./contact.ts";
import {
  deleteContactRow,
  insertContact,
  lockContact,
  selectContact,
  selectContactByMobile,
  selectContacts,
  selectListsOf,
  selectOptOutsOf,
  selectPossibleOptOutsOf,
  updateContactRow,
} from "./contacts-store.ts";
import { makeCustomer } from "./customers.ts";
import { notePropertyKeys } from "./properties.ts";

const maxProperties = 100;

/** One contact with its lists and opt-outs; 404 when the workspace has none of that id. */
export async function getContact(tx: Tx, workspaceId: string, id: string): Promise<Contact> {
  return present(tx, workspaceId, await requireContact(tx, workspaceId, id));
}

/** Those of the contacts that there are, as `getContact` shows them, by their ids. */
export async function getContacts(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<Map<string, Contact>> {
  const contacts = new Map<string, Contact>();
  for (const row of await selectContacts(tx, workspaceId, ids))
    contacts.set(row.id, await present(tx, workspaceId, row));
  return contacts;
}

async function present(tx: Tx, workspaceId: string, row: ContactRow): Promise<Contact> {
  const reachable = row.mobile || row.phone;
  return presentContact(row, {
    lists: await selectListsOf(tx, workspaceId, row.id),
    optOuts: reachable ? await selectOptOutsOf(tx, workspaceId, row) : [],
    possibleOptOuts: reachable ? await selectPossibleOptOutsOf(tx, workspaceId, row) : [],
  });
}

/** The contact's row; 404 when the workspace has none of that id. */
export async function requireContact(tx: Tx, workspaceId: string, id: string): Promise<ContactRow> {
  const row = await selectContact(tx, workspaceId, id);
  if (!row) throw notFound("contact", id);
  return row;
}

/** Creates a contact; 422 for an invalid field, 409 when another contact has the mobile number. */
export async function createContact(tx: Tx, workspaceId: string, input: ContactInput, at: Date): Promise<Contact> {
  const { country } = await getWorkspace(tx, workspaceId);
  const fields = readContactInput(input, country);
  const id = await addContact(tx, workspaceId, fields, at);
  if (id === null) throw await mobileTaken(tx, workspaceId, fields.mobile as string);
  if (input.customer) await makeCustomer(tx, workspaceId, id, at);
  return getContact(tx, workspaceId, id);
}

/** Adds a contact with fields as they are stored, and answers its id; null when another contact has the mobile number. */
export async function addContact(tx: Tx, workspaceId: string, fields: ContactFields, at: Date): Promise<string | null> {
  const id = newId(at);
  if (!(await insertContact(tx, workspaceId, { id, fields, at }))) return null;
  await notePropertyKeys(tx, workspaceId, keysWithValue(fields.properties), at);
  await recordAuditEvent(tx, { workspaceId, at, action: "contact.created", target: { type: "contact", id } });
  await appendOne(tx, workspaceId, at, "contact.created", id);
  return id;
}

/** What of a contact may be filled in. */
export type Fillable = Pick<ContactRow, "id" | "mobile" | "email" | "first_name" | "last_name" | "locale">;

/**
 * Fills in what a contact does not have yet; a mobile number that nobody else has replaces the one it has. What does not fit is left out,
 * without an error: the caller says in passing what it knows. A contact that lacks nothing, as `known` shows, is not looked at again.
 */
export async function fillContact(
  tx: Tx,
  workspaceId: string,
  known: Fillable,
  fields: ContactFields,
  at: Date,
): Promise<void> {
  const { id } = known;
  if (Object.keys(missingOf(known, fields)).length === 0) return;
  const before = await lockContact(tx, workspaceId, id);
  if (!before) return;
  const missing = missingOf(before, fields);
  if (Object.keys(missing).length === 0 || !(await updateContactRow(tx, workspaceId, id, missing, at))) return;
  const target = { type: "contact", id };
  await recordAuditEvent(tx, {
    workspaceId,
    at,
    action: "contact.updated",
    target,
    after: { fields: Object.keys(missing) },
  });
  await appendOne(tx, workspaceId, at, "contact.updated", id);
}

function missingOf(row: Fillable, fields: ContactFields): ContactFields {
  const missing: ContactFields = {};
  if (fields.mobile && fields.mobile !== row.mobile) {
    missing.mobile = fields.mobile;
    missing.mobile_kind = fields.mobile_kind ?? null;
  }
  for (const field of ["email", "first_name", "last_name", "locale"] as const)
    if (row[field] === null && fields[field]) missing[field] = fields[field];
  return missing;
}

/** Changes the given fields, null clears one; 409 when another contact has the mobile number. */
export async function updateContact(
  tx: Tx,
  workspaceId: string,
  id: string,
  input: ContactInput,
  at: Date,
): Promise<Contact> {
  const { country } = await getWorkspace(tx, workspaceId);
  const fields = readContactInput(input, country);
  const before = await lockContact(tx, workspaceId, id);
  if (!before) throw notFound("contact", id);
  const properties = Object.values({ ...before.properties, ...fields.properties }).filter((value) => value !== null);
  if (properties.length > maxProperties) {
    throw invalid(
      "too_many_properties",
      `A contact has at most ${maxProperties} properties; this would make ${properties.length}.`,
      "properties",
      properties.length,
    );
  }
  if (!(await updateContactRow(tx, workspaceId, id, fields, at))) {
    throw await mobileTaken(tx, workspaceId, fields.mobile as string);
  }
  await notePropertyKeys(tx, workspaceId, keysWithValue(fields.properties), at);
  const target = { type: "contact", id: before.id };
  await recordAuditEvent(tx, {
    workspaceId,
    at,
    action: "contact.updated",
    target,
    after: { fields: Object.keys(fields) },
  });
  if (Object.keys(fields).length > 0) await appendOne(tx, workspaceId, at, "contact.updated", before.id);
  if (input.customer) await makeCustomer(tx, workspaceId, before.id, at);
  return getContact(tx, workspaceId, id);
}

/** Deletes a contact and its list memberships. Its opt-outs stay in force and its consent events stay as proof. */
export async function deleteContact(tx: Tx, workspaceId: string, id: string, at: Date): Promise<void> {
  if (!(await lockContact(tx, workspaceId, id))) throw notFound("contact", id);
  await deleteContactRow(tx, workspaceId, id);
  await recordAuditEvent(tx, { workspaceId, at, action: "contact.deleted", target: { type: "contact", id } });
}

/** 409, naming the contact that has the number. */
async function mobileTaken(tx: Tx, workspaceId: string, mobile: string): Promise<Problem> {
  const other = await selectContactByMobile(tx, workspaceId, mobile);
  return conflict("mobile_taken", `The mobile number ${mobile} belongs to contact ${other} already.`, {
    field: "mobile",
    value: mobile,
  });
}
