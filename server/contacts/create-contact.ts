import type { Contact, ContactInput } from "../../contract/contacts.ts";
import type { Tx } from "../kit/db.ts";
import { newId } from "../kit/id.ts";
import { recordAuditEvent } from "../workspaces/audit-events.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import { keysWithValue, readContactInput } from "./contact.ts";
import { insertContact } from "./contacts-store.ts";
import { getContact } from "./get-contact.ts";
import { mobileTaken } from "./mobile-taken.ts";
import { notePropertyKeys } from "./properties.ts";

/** Makes a contact; 422 for a field that cannot be, 409 when another contact has the mobile number. */
export async function createContact(tx: Tx, workspaceId: string, input: ContactInput, at: Date): Promise<Contact> {
  const { country } = await getWorkspace(tx, workspaceId);
  const fields = readContactInput(input, country);
  const id = newId(at);
  if (!(await insertContact(tx, workspaceId, id, fields, at))) {
    throw await mobileTaken(tx, workspaceId, fields.mobile as string);
  }
  await notePropertyKeys(tx, workspaceId, keysWithValue(fields.properties), at);
  await recordAuditEvent(tx, { workspaceId, action: "contact.created", target: { type: "contact", id } });
  return getContact(tx, workspaceId, id);
}
