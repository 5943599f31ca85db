/** What webhooks get of consents and opt-outs. */
import type { ActivityData } from "../../contract/activity.ts";
import type { Present } from "../activity/subscriber.ts";
import { getContacts } from "../contacts/contacts.ts";
import { selectConsentEventsById, selectContactWithNumber } from "./consent-store.ts";
import { presentEvent } from "./get-consent.ts";

/** Nothing of a number that was erased meanwhile. */
export const presentOptOut: Present<ActivityData<"contact.opted_out">> = async (
  tx,
  workspaceId,
  { subjects, number },
) => {
  if (number === null) return new Map();
  const id = await selectContactWithNumber(tx, workspaceId, number);
  const contact = (id && (await getContacts(tx, workspaceId, [id])).get(id)) || null;
  const shown = { data: { contact, number }, contact_id: contact?.id ?? null };
  return new Map(subjects.map((subject) => [subject, shown]));
};

/** Nothing of a contact that is gone. */
export const presentConsent: Present<ActivityData<"contact.consented">> = async (
  tx,
  workspaceId,
  { subjects, contacts },
) => {
  const rows = await selectConsentEventsById(tx, workspaceId, { ids: subjects, contacts: contacts ?? [] });
  const shown = await getContacts(tx, workspaceId, [...new Set(rows.map((row) => row.contact_id))]);
  return new Map(
    rows.flatMap((row) => {
      const contact = shown.get(row.contact_id);
      return contact ? [[row.id, { data: { contact, consent: presentEvent(row) }, contact_id: contact.id }]] : [];
    }),
  );
};
