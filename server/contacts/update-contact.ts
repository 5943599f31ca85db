import type { Contact, ContactInput } from "../../contract/contacts.ts";
import type { Tx } from "../kit/db.ts";
import { invalid, notFound } from "../kit/errors.ts";
import { recordAuditEvent } from "../workspaces/audit-events.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import { keysWithValue, readContactInput } from "./contact.ts";
import { lockContact, updateContactRow } from "./contacts-store.ts";
import { getContact } from "./get-contact.ts";
import { mobileTaken } from "./mobile-taken.ts";
import { notePropertyKeys } from "./properties.ts";

const maxProperties = 100;

/** Changes the fields given, null empties one; 409 when another contact has the mobile number. */
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
  if (!(await updateContactRow(tx, workspaceId, before, fields, at))) {
    throw await mobileTaken(tx, workspaceId, fields.mobile as string);
  }
  await notePropertyKeys(tx, workspaceId, keysWithValue(fields.properties), at);
  const target = { type: "contact", id: before.id };
  await recordAuditEvent(tx, {
    workspaceId,
    action: "contact.updated",
    target,
    after: { fields: Object.keys(fields) },
  });
  return getContact(tx, workspaceId, id);
}
