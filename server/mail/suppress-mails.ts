/** Why a person may not be mailed: checked at the door, and again when a mail is claimed for submission. */
import type { MailSkipReason } from "../../contract/mails.ts";
import type { Tx } from "../kit/db.ts";
import { addressKey, everyType, selectMailConsents, selectStops } from "./stops-store.ts";

/** A mail as far as it matters here. */
export interface MailToCheck {
  address: string;
  contact_id: string | null;
  /** The type whose consent it needs; null where it needs none. */
  subscription_type_id: string | null;
}

/** For each mail, in their order, why it may not be sent; null where it may. */
export async function suppressMails(
  tx: Tx,
  workspaceId: string,
  mails: readonly MailToCheck[],
): Promise<(MailSkipReason | null)[]> {
  if (mails.length === 0) return [];
  const stops = await selectStops(tx, workspaceId, [...new Set(mails.map(({ address }) => address))]);
  const needing = mails.filter((mail) => mail.subscription_type_id !== null && mail.contact_id !== null);
  const contacts = [...new Set(needing.map(({ contact_id }) => contact_id as string))];
  const consents = contacts.length > 0 ? await selectMailConsents(tx, workspaceId, contacts) : [];
  const granted = new Map(
    consents.filter((each) => each.granted).map((each) => [`${each.contact_id} ${each.subscription_type_id}`, each.at]),
  );
  return mails.map(({ address, contact_id, subscription_type_id }) => {
    const own = stops.get(addressKey(address)) ?? [];
    if (own.some(({ kind }) => kind === "bounced")) return "bounced";
    if (subscription_type_id === null) return null;
    const consentAt = granted.get(`${contact_id} ${subscription_type_id}`);
    // A consent that was given after it lifts it.
    const stop = own.find(
      (each) =>
        (each.subscription_type_id === everyType || each.subscription_type_id === subscription_type_id) &&
        !(consentAt && consentAt > each.at),
    );
    if (stop) return stop.kind;
    return consentAt ? null : "no_consent";
  });
}
