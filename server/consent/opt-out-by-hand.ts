/** STOP and START that a person or key records for a contact: received by phone, in person, by letter. */
import { recordAuditEvent } from "../accounts/audit-events.ts";
import type { OptOutRow } from "../contacts/contact.ts";
import { lockContact, selectOptOutsOf } from "../contacts/contacts-store.ts";
import type { Tx } from "../kit/db.ts";
import { invalid, notFound } from "../kit/errors.ts";
import { findSender } from "./consent-store.ts";
import { everySender } from "./every-sender.ts";
import { recordOptIn, recordOptOut } from "./opt-outs.ts";
import { takeSubmitLock } from "./submit-lock.ts";

export interface OptOutByHand {
  workspaceId: string;
  contactId: string;
  /** Id or address; null: the whole workspace. */
  sender: string | null;
  reason: string;
  /** A person's or key's name. */
  recordedBy: string;
  source: "web" | "api";
  at: Date;
}

/** Records a STOP for every number of the contact; returns the opt-outs in force. 422 for a contact without a number. */
export function optOutByHand(tx: Tx, change: OptOutByHand): Promise<OptOutRow[]> {
  return record(tx, change, recordOptOut);
}

/** Lifts the STOPs of one sender, or all; returns the opt-outs still in force. */
export function liftOptOut(tx: Tx, change: OptOutByHand): Promise<OptOutRow[]> {
  return record(tx, change, recordOptIn);
}

async function record(
  tx: Tx,
  { workspaceId, contactId, sender, reason, recordedBy, source, at }: OptOutByHand,
  write: typeof recordOptOut | typeof recordOptIn,
): Promise<OptOutRow[]> {
  // Before the contact's row: all transactions take the two in this order.
  await takeSubmitLock(tx, workspaceId);
  const contact = await lockContact(tx, workspaceId, contactId, "for no key update");
  if (!contact) throw notFound("contact", contactId);
  const numbers = [...new Set([contact.mobile, contact.phone].filter((number) => number !== null))].sort();
  if (numbers.length === 0)
    throw invalid("no_number", "The contact has no number whose texts could be stopped.", "id", contactId);
  const senderId = sender === null ? everySender : await findSender(tx, workspaceId, sender);
  if (!senderId) throw invalid("unknown_sender", `There is no sender ${sender}.`, "sender", sender);
  for (const number of numbers)
    await write(tx, { workspaceId, number, senderId, source, evidence: reason, at, recordedBy });
  const stops = write === recordOptOut;
  await recordAuditEvent(tx, {
    workspaceId,
    at,
    action: stops ? "contact.opted_out" : "contact.opt_out_lifted",
    target: { type: "contact", id: contact.id },
    after: { sender: senderId === everySender ? null : senderId },
  });
  return selectOptOutsOf(tx, workspaceId, contact);
}
