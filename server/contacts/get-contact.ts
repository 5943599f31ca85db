import type { Contact } from "../../contract/contacts.ts";
import type { Tx } from "../kit/db.ts";
import { notFound } from "../kit/errors.ts";
import { type ContactRow, presentContact } from "./contact.ts";
import { selectContact, selectListsOf, selectOptOutsOf, selectPossibleOptOutsOf } from "./contacts-store.ts";

/** One contact with its lists and opt-outs; 404 when the workspace has none of that id. */
export async function getContact(tx: Tx, workspaceId: string, id: string): Promise<Contact> {
  const row = await requireContact(tx, workspaceId, id);
  const reachable = row.mobile || row.phone;
  return presentContact(row, {
    lists: await selectListsOf(tx, workspaceId, id),
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
