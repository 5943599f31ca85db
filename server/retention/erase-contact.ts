import type { Erasure } from "../../contract/erasures.ts";
import { forgetRecipient } from "../campaigns/forget-recipient.ts";
import { closeGate } from "../carriers/hand-over-gate.ts";
import { forgetConsent } from "../consent/forget-consent.ts";
import { deleteContactRow, lockContact } from "../contacts/contacts-store.ts";
import { forgetRejectedRows, numbersOfNobodyElse } from "../contacts/forget-contact.ts";
import type { Tx } from "../kit/db.ts";
import { invalid, notFound } from "../kit/errors.ts";
import { newId } from "../kit/id.ts";
import type { Jobs } from "../kit/jobs.ts";
import type { Pseudonym } from "../kit/pseudonym.ts";
import { cancelQueuedOf, numbersOf } from "../messages/forget-messages.ts";
import { recordAuditEvent } from "../workspaces/audit-events.ts";
import { forgetAnswers, insertErasure, presentErasure, selectErasure } from "./erasures-store.ts";

/** Job name. */
export const eraseJob = "contacts.erase";

/**
 * Erases a contact. Once this is committed nothing queued to it leaves, and the contact, its memberships and what names it
 * in proofs are gone; a job then makes its texts anonymous, which may be many. 404 without such a contact, 422 where
 * `confirm` is another id.
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
  // Before any row is locked, as a STOP does: whoever hands over must not wait for what waits for them.
  await closeGate(tx, workspaceId);
  const contact = await lockContact(tx, workspaceId, id);
  if (!contact) throw notFound("contact", id);
  if (request.confirm.toLowerCase() !== id.toLowerCase())
    throw invalid("not_confirmed", "To erase a contact, repeat its id.", "confirm", request.confirm);
  const own = [contact.mobile, contact.phone].filter((number) => number !== null);
  const known = [...new Set([...own, ...(await numbersOf(tx, workspaceId, id))])];
  const numbers = await numbersOfNobodyElse(tx, workspaceId, id, known);
  const standIns = new Map(numbers.map((number) => [number, pseudonym(workspaceId, number)]));

  await cancelQueuedOf(tx, workspaceId, id, now);
  const names = [contact.first_name, contact.last_name, contact.email].filter((name) => name !== null);
  await forgetConsent(tx, workspaceId, id, standIns, names);
  await forgetRejectedRows(tx, workspaceId, contact, numbers);
  await forgetRecipient(tx, workspaceId, id);
  await forgetAnswers(tx, workspaceId, numbers);
  await deleteContactRow(tx, workspaceId, id);

  const erasure = { id: newId(now), contact_id: id, number_hashes: [...standIns.values()], numbers };
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
  if (!row) throw new Error("an erasure that was just written is there");
  return presentErasure(row);
}
