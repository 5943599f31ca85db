import type { Tx } from "../kit/db.ts";
import { notFound } from "../kit/errors.ts";
import { recordAuditEvent } from "../workspaces/audit-events.ts";
import { deleteContactRow, lockContact } from "./contacts-store.ts";

/** Deletes a contact and its list memberships. Its opt-outs stay in force and its consent events stay as proof. */
export async function deleteContact(tx: Tx, workspaceId: string, id: string, at: Date): Promise<void> {
  if (!(await lockContact(tx, workspaceId, id))) throw notFound("contact", id);
  await deleteContactRow(tx, workspaceId, id);
  await recordAuditEvent(tx, { workspaceId, at, action: "contact.deleted", target: { type: "contact", id } });
}
