import type { z } from "zod";
import type { ConsentEvent, ConsentEventInput } from "../../contract/consent.ts";
import { recordAuditEvent } from "../accounts/audit-events.ts";
import { appendActivity } from "../activity/activity.ts";
import { lockContact } from "../contacts/contacts-store.ts";
import type { Tx } from "../kit/db.ts";
import { invalid, Problem } from "../kit/errors.ts";
import { newId } from "../kit/id.ts";
import { insertConsentEvent, updateSmsConsents } from "./consent-store.ts";
import { takeSubmitLock } from "./submit-lock.ts";
import { findSubscriptionType } from "./subscription-types.ts";

/**
 * Appends an event to the ledger and updates the contact's consent. The latest `at` decides, in whatever order events are
 * recorded; at the same instant a withdrawal wins. 404 for a contact that the workspace does not have, 422 for an unknown type
 * or a time in the future.
 */
export async function recordConsent(
  tx: Tx,
  event: {
    workspaceId: string;
    input: z.output<typeof ConsentEventInput>;
    /** A person's or key's name. */
    recordedBy: string;
    now: Date;
  },
): Promise<ConsentEvent> {
  const { workspaceId, input, recordedBy, now } = event;
  const at = input.at === undefined ? now : new Date(input.at);
  if (at > now) {
    throw invalid("at_in_future", "Consent cannot be given or withdrawn in the future.", "at", input.at);
  }
  const type = await findSubscriptionType(tx, workspaceId, input.subscription_type);
  // So that no text it forbids is being submitted once a withdrawal is acknowledged.
  if (input.action === "withdraw") await takeSubmitLock(tx, workspaceId);
  // The row lock serialises consent events of the contact.
  if (!(await lockContact(tx, workspaceId, input.contact_id, "for no key update"))) {
    throw new Problem(404, "not_found", `There is no contact ${input.contact_id}.`, {
      field: "contact_id",
      value: input.contact_id,
    });
  }
  const row = {
    id: newId(now),
    contact_id: input.contact_id,
    subscription_type_id: type.id,
    channel: input.channel,
    granted: input.action === "grant",
    source: input.source,
    evidence: input.evidence || null,
    at,
    recorded_at: now,
    recorded_by: recordedBy,
  };
  for (const field of ["source", "evidence"] as const) {
    if (row[field]?.includes("\0")) throw invalid("invalid_text", `${field} holds a NUL character.`, field, row[field]);
  }
  await insertConsentEvent(tx, workspaceId, row);
  if (input.channel === "sms") await updateSmsConsents(tx, workspaceId, type.id, [input.contact_id]);
  // Without evidence and source, which are free text about a person: the consent ledger has them under this id.
  await recordAuditEvent(tx, {
    workspaceId,
    at: now,
    action: row.granted ? "consent.granted" : "consent.withdrawn",
    target: { type: "contact", id: row.contact_id },
    after: { consent_event: row.id, subscription_type: type.key, channel: row.channel },
  });
  if (row.granted)
    await appendActivity(tx, workspaceId, now, [
      { type: "contact.consented", subjects: [row.id], contacts: [row.contact_id] },
    ]);
  return {
    id: row.id,
    contact_id: row.contact_id,
    subscription_type: { id: type.id, key: type.key, name: type.name, needs_consent: type.needs_consent },
    channel: row.channel,
    action: input.action,
    source: row.source,
    evidence: row.evidence,
    at: at.toISOString(),
    recorded_at: now.toISOString(),
  };
}
