import type { ConsentEvent, consent } from "../../contract/consent.ts";
import type { Answer } from "../../contract/endpoint.ts";
import type { Tx } from "../kit/db.ts";
import { notFound } from "../kit/errors.ts";
import { type ConsentEventRow, contactExists, selectConsentEvents, selectOptOutEvents } from "./consent-store.ts";

/** A contact's current consent by type and channel, and all events, newest first. */
export async function getConsent(
  tx: Tx,
  workspaceId: string,
  contactId: string,
): Promise<Answer<(typeof consent)["ofContact"]>> {
  if (!(await contactExists(tx, workspaceId, contactId))) throw notFound("contact", contactId);
  const rows = await selectConsentEvents(tx, workspaceId, contactId);
  const inForce = new Map<string, ConsentEventRow>();
  for (const row of rows) {
    const what = `${row.type_id} ${row.channel}`;
    if (!inForce.has(what)) inForce.set(what, row);
  }
  return {
    current: [...inForce.values()].map((row) => ({
      subscription_type: presentType(row),
      channel: row.channel,
      granted: row.granted,
      at: row.at.toISOString(),
      source: row.source,
    })),
    events: rows.map(presentEvent),
    opt_out_events: (await selectOptOutEvents(tx, workspaceId, contactId)).map(({ opted_out, at, ...event }) => ({
      ...event,
      action: opted_out ? "opt_out" : "opt_in",
      at: at.toISOString(),
    })),
  };
}

/** The consent events of an erased contact, which stay as proof. */
export async function getKeptConsent(tx: Tx, workspaceId: string, contactId: string) {
  return (await selectConsentEvents(tx, workspaceId, contactId)).map((row) => {
    const { contact_id: _, ...event } = presentEvent(row);
    return event;
  });
}

/** An event of the ledger as the API shows it. */
export function presentEvent(row: ConsentEventRow): ConsentEvent {
  return {
    id: row.id,
    contact_id: row.contact_id,
    subscription_type: presentType(row),
    channel: row.channel,
    action: row.granted ? "grant" : "withdraw",
    source: row.source,
    evidence: row.evidence,
    at: row.at.toISOString(),
    recorded_at: row.recorded_at.toISOString(),
  };
}

const presentType = (row: ConsentEventRow) => ({
  id: row.type_id,
  key: row.type_key,
  name: row.type_name,
  needs_consent: row.needs_consent,
});
