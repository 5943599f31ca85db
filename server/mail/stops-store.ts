/** The SQL of addresses that may not be mailed, and of consent to mails. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";

/** Why an address is stopped. */
export type StopKind = "bounced" | "unsubscribed" | "complained";

/** The subscription type of a stop of all types. */
export const everyType = "00000000-0000-0000-0000-000000000000";

export interface MailStop {
  address: string;
  kind: StopKind;
  subscription_type_id: string;
  at: Date;
}

/** The form in which an address is compared. */
export const addressKey = (address: string): string => address.toLowerCase();

/** Stops an address; returns whether it was not stopped so before. */
export async function insertStop(
  tx: Tx,
  workspaceId: string,
  stop: MailStop & { mail_id: string | null },
): Promise<boolean> {
  const known = await sql`
    select 1 from mail_stops
    where workspace_id = ${workspaceId} and address = ${addressKey(stop.address)} and kind = ${stop.kind}
      and subscription_type_id = ${stop.subscription_type_id}`.execute(tx);
  await sql`
    insert into mail_stops as s (workspace_id, address, kind, subscription_type_id, at, mail_id)
    values (${workspaceId}, ${addressKey(stop.address)}, ${stop.kind}, ${stop.subscription_type_id}, ${stop.at}, ${stop.mail_id})
    on conflict (workspace_id, address, kind, subscription_type_id) do update set at = greatest(s.at, excluded.at)`.execute(
    tx,
  );
  return known.rows.length === 0;
}

/** Lifts what bounces stopped; returns whether there was anything. */
export async function deleteBounceStops(tx: Tx, workspaceId: string, address: string): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    delete from mail_stops
    where workspace_id = ${workspaceId} and address = ${addressKey(address)} and kind = 'bounced'`.execute(tx);
  return numAffectedRows > 0n;
}

/** The stops of these addresses, by the compared form. */
export async function selectStops(
  tx: Tx,
  workspaceId: string,
  addresses: readonly string[],
): Promise<Map<string, MailStop[]>> {
  const { rows } = await sql<MailStop>`
    select address, kind, subscription_type_id, at from mail_stops
    where workspace_id = ${workspaceId} and address = any(${addresses.map(addressKey)}::text[])`.execute(tx);
  return Map.groupBy(rows, ({ address }) => address);
}

/** A contact's consent in force, to mails of one type. */
export interface MailConsent {
  contact_id: string;
  subscription_type_id: string;
  granted: boolean;
  at: Date;
}

/** The consents to mails of these contacts, of each type the one in force. */
export async function selectMailConsents(
  tx: Tx,
  workspaceId: string,
  contactIds: readonly string[],
): Promise<MailConsent[]> {
  const { rows } = await sql<MailConsent>`
    select distinct on (contact_id, subscription_type_id) contact_id, subscription_type_id, granted, at
    from consent_events
    where workspace_id = ${workspaceId} and contact_id = any(${contactIds}::uuid[]) and channel = 'email'
    order by contact_id, subscription_type_id, at desc, granted, id desc`.execute(tx);
  return rows;
}
