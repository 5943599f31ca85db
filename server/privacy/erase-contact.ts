import { createHmac, hkdfSync } from "node:crypto";
import type { Erasure } from "../../contract/erasures.ts";
import { recordAuditEvent } from "../accounts/audit-events.ts";
import { eraseNumbersIn } from "../activity/activity-store.ts";
import { appendOne } from "../activity/activity.ts";
import { eraseFromBookings } from "../bookings/erase-bookings.ts";
import { eraseImportedBookingRows } from "../bookings/import/erase-rows.ts";
import { lockBookingsOf } from "../bookings/lock-order.ts";
import { lockDecisions } from "../bookings/workflows/decide.ts";
import { eraseRecipient } from "../campaigns/erase-recipient.ts";
import { eraseConsent } from "../consent/erase-consent.ts";
import { takeSubmitLock } from "../consent/submit-lock.ts";
import { deleteContactRow, lockContact } from "../contacts/contacts-store.ts";
import { eraseImportedRows, isAddressOfNobodyElse, numbersOfNobodyElse } from "../contacts/erase-contact.ts";
import { eraseImportedOrderRows } from "../events/import/erase-rows.ts";
import { eraseFromOrders } from "../events/orders/erase-orders.ts";
import type { Tx } from "../kit/db.ts";
import { invalid, notFound } from "../kit/errors.ts";
import { newId } from "../kit/id.ts";
import type { Jobs } from "../kit/jobs.ts";
import { deletePreferenceLink } from "../links/preference-links.ts";
import { eraseMails } from "../mail/erase-mails.ts";
import { cancelQueuedOf, closeLinksOf, numbersOf } from "../messages/erase-messages.ts";
import { deleteDeliveriesOf } from "../webhooks/deliveries-store.ts";
import { eraseAnswers, insertErasure, presentErasure, selectErasure } from "./erasures-store.ts";

/** Job name. */
export const eraseJob = "contacts.erase";

/**
 * Erases a contact. Once this is committed, its queued texts are cancelled, and the contact, its memberships and its name in
 * consent evidence are deleted; a job then anonymises its texts, of which there may be many. 404 without such a contact, 422
 * when `confirm` is another id.
 */
export async function eraseContact(
  tx: Tx,
  request: {
    workspaceId: string;
    id: string;
    confirm: string;
    /** A person's or key's name. */
    by: string;
    now: Date;
    jobs: Jobs;
    pseudonym: Pseudonym;
  },
): Promise<Erasure> {
  const { workspaceId, id, now, pseudonym } = request;
  // In the order of all who change bookings and contacts (bookings/lock-order.ts).
  await lockDecisions(tx, workspaceId);
  await takeSubmitLock(tx, workspaceId);
  await lockBookingsOf(tx, workspaceId, id);
  const contact = await lockContact(tx, workspaceId, id);
  if (!contact) throw notFound("contact", id);
  if (request.confirm.toLowerCase() !== id.toLowerCase())
    throw invalid("not_confirmed", "To erase a contact, repeat its id.", "confirm", request.confirm);
  const own = [contact.mobile, contact.phone].filter((number) => number !== null);
  const known = [...new Set([...own, ...(await numbersOf(tx, workspaceId, id))])];
  const numbers = await numbersOfNobodyElse(tx, workspaceId, id, known);
  const pseudonyms = new Map(numbers.map((number) => [number, pseudonym(workspaceId, number)]));

  await cancelQueuedOf(tx, workspaceId, id, now);
  await closeLinksOf(tx, workspaceId, id);
  await deletePreferenceLink(tx, workspaceId, id);
  const names = [contact.first_name, contact.last_name, contact.email].filter((name) => name !== null);
  await eraseConsent(tx, workspaceId, id, pseudonyms, names);
  await eraseImportedRows(tx, workspaceId, contact, numbers, request.jobs);
  await eraseImportedBookingRows(tx, workspaceId, contact, numbers);
  await eraseImportedOrderRows(tx, workspaceId, contact, numbers);
  await eraseRecipient(tx, workspaceId, id);
  const address =
    contact.email !== null && (await isAddressOfNobodyElse(tx, workspaceId, id, contact.email)) ? contact.email : null;
  await eraseMails(tx, workspaceId, { contact_id: id, address }, now);
  const { first_name, last_name } = contact;
  const person = { contact_id: id, first_name, last_name, numbers, address };
  await eraseFromBookings(tx, workspaceId, person, now);
  await eraseFromOrders(tx, workspaceId, person, now);
  await eraseAnswers(tx, workspaceId, numbers);
  await deleteContactRow(tx, workspaceId, id);
  await eraseNumbersIn(tx, workspaceId, numbers);
  await deleteDeliveriesOf(tx, workspaceId, id);
  await appendOne(tx, workspaceId, now, "contact.erased", id);

  // The sandbox's mails are found by the address; no text has it as its number.
  const sought = address === null ? numbers : [...numbers, address];
  const erasure = { id: newId(now), contact_id: id, number_hashes: [...pseudonyms.values()], numbers: sought };
  await recordAuditEvent(tx, {
    workspaceId,
    at: now,
    action: "contact.erased",
    target: { type: "contact", id },
    after: { erasure: erasure.id },
  });
  await insertErasure(tx, workspaceId, { ...erasure, requested_at: now, requested_by: request.by });
  await request.jobs.add(
    tx,
    eraseJob,
    { workspace_id: workspaceId, id: erasure.id },
    { key: `${eraseJob}:${erasure.id}` },
  );
  const row = await selectErasure(tx, workspaceId, erasure.id);
  if (!row) throw new Error("the erasure that was just written is missing");
  return presentErasure(row);
}

/** The pseudonym of a number in a workspace. They differ between workspaces, so that they cannot be compared. */
export type Pseudonym = (workspaceId: string, number: string) => string;

/**
 * Deterministic pseudonyms by the installation's key (config.secret_key): HMAC-SHA-256, since a plain hash of eight digits could be
 * reversed by trying all.
 */
export function createPseudonym(secretKey: string): Pseudonym {
  const key = Buffer.from(hkdfSync("sha256", secretKey, "varsla", "pseudonyms of numbers", 32));
  return (workspaceId, number) => createHmac("sha256", key).update(`${workspaceId} ${number}`).digest("hex");
}
