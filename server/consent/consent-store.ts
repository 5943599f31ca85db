/** The SQL of the consent ledger. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";

export interface ConsentEventRow {
  id: string;
  contact_id: string;
  type_id: string;
  type_key: string;
  type_name: string;
  needs_consent: boolean;
  channel: "sms" | "email";
  granted: boolean;
  source: string;
  evidence: string | null;
  at: Date;
  recorded_at: Date;
}

export async function contactExists(tx: Tx, workspaceId: string, id: string): Promise<boolean> {
  const { rows } = await sql`select id from contacts where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
  return rows.length > 0;
}

export async function insertConsentEvent(
  tx: Tx,
  workspaceId: string,
  event: {
    id: string;
    contact_id: string;
    subscription_type_id: string;
    channel: "sms" | "email";
    granted: boolean;
    source: string;
    evidence: string | null;
    at: Date;
    recorded_at: Date;
    recorded_by: string;
  },
): Promise<void> {
  await sql`
    insert into consent_events (workspace_id, id, contact_id, subscription_type_id, channel, granted, source, evidence, at,
      recorded_at, recorded_by)
    values (${workspaceId}, ${event.id}, ${event.contact_id}, ${event.subscription_type_id}, ${event.channel},
      ${event.granted}, ${event.source}, ${event.evidence}, ${event.at}, ${event.recorded_at}, ${event.recorded_by})`.execute(
    tx,
  );
}

/** Derives contacts.sms_consents from the ledger. */
export async function updateSmsConsents(tx: Tx, workspaceId: string, typeId: string, contactIds: string[]) {
  await sql`select settle_sms_consents(${workspaceId}, ${typeId}, ${contactIds}::uuid[])`.execute(tx);
}

/** The columns of ConsentEventRow, from `consent_events e` and `subscription_types t`. */
const eventColumns = sql.raw(
  `e.id, e.contact_id, t.id as type_id, t.key as type_key, t.name as type_name, t.needs_consent, e.channel, e.granted, e.source,
   e.evidence, e.at, e.recorded_at`,
);

/** Events by their ids and contacts. */
export async function selectConsentEventsById(
  tx: Tx,
  workspaceId: string,
  { ids, contacts }: { ids: readonly string[]; contacts: readonly string[] },
): Promise<ConsentEventRow[]> {
  const { rows } = await sql<ConsentEventRow>`
    select ${eventColumns} from consent_events e
    join subscription_types t on t.workspace_id = ${workspaceId} and t.id = e.subscription_type_id
    where e.workspace_id = ${workspaceId} and e.contact_id = any(${contacts}::uuid[]) and e.id = any(${ids}::uuid[])`.execute(
    tx,
  );
  return rows;
}

/** A contact that has the number: the one with it as mobile, else the oldest. */
export async function selectContactWithNumber(
  tx: Tx,
  workspaceId: string,
  number: string,
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select id from (
      select id, 0 as place from contacts where workspace_id = ${workspaceId} and mobile = ${number}
      union all
      select id, 1 as place from contacts where workspace_id = ${workspaceId} and phone = ${number}
    ) c order by place, id limit 1`.execute(tx);
  return rows[0]?.id;
}

/** All events of a contact; the first of each type and channel is in force. */
export async function selectConsentEvents(tx: Tx, workspaceId: string, contactId: string): Promise<ConsentEventRow[]> {
  const { rows } = await sql<ConsentEventRow>`
    select ${eventColumns} from consent_events e
    join subscription_types t on t.workspace_id = ${workspaceId} and t.id = e.subscription_type_id
    where e.workspace_id = ${workspaceId} and e.contact_id = ${contactId}
    order by e.at desc, e.granted, e.id desc`.execute(tx);
  return rows;
}

/** The id of a sender by its id or address. */
export async function findSender(tx: Tx, workspaceId: string, ref: string): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select id from senders
    where workspace_id = ${workspaceId}
      and (id::text = lower(${ref}) or address = ${ref} or name_key = name_key(${ref}))
    order by (address = ${ref}) desc limit 1`.execute(tx);
  return rows[0]?.id;
}

export interface OptOutEventRow {
  id: string;
  number: string;
  sender: string | null;
  opted_out: boolean;
  source: string;
  evidence: string | null;
  recorded_by: string | null;
  at: Date;
}

/** Every STOP and START of a contact's numbers, newest first. */
export async function selectOptOutEvents(tx: Tx, workspaceId: string, contactId: string): Promise<OptOutEventRow[]> {
  const { rows } = await sql<OptOutEventRow>`
    select e.id, e.number, s.address as sender, e.opted_out, e.source, e.evidence, e.recorded_by, e.at
    from contacts c
    join opt_out_events e on e.workspace_id = ${workspaceId} and e.number in (c.mobile, c.phone)
    left join senders s on s.workspace_id = ${workspaceId} and s.id = e.sender_id
    where c.workspace_id = ${workspaceId} and c.id = ${contactId}
    order by e.at desc, e.id desc`.execute(tx);
  return rows;
}
