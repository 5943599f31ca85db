/** Subscription types: what contacts can consent to. Each type owns one bit of `contacts.sms_consents`. */
import { sql } from "kysely";
import type { Language } from "../../contract/shapes.ts";
import { recordAuditEvent } from "../accounts/audit-events.ts";
import type { Tx } from "../kit/db.ts";
import { conflict, invalid } from "../kit/errors.ts";
import { newId } from "../kit/id.ts";

export interface SubscriptionTypeRow {
  id: string;
  key: string;
  name: string;
  needs_consent: boolean;
  /** The type's bit in `contacts.sms_consents`, 0 to 62. */
  bit: number;
}

const maxTypes = 60;

const names = {
  en: { marketing: "Marketing", event_info: "Event info", transactional: "Transactional" },
  nb: { marketing: "Markedsføring", event_info: "Arrangementsinfo", transactional: "Transaksjonelt" },
  sv: { marketing: "Marknadsföring", event_info: "Evenemangsinfo", transactional: "Transaktionellt" },
  da: { marketing: "Markedsføring", event_info: "Eventinfo", transactional: "Transaktionelt" },
} satisfies Record<Language, Record<string, string>>;

/** Gives a new workspace the types marketing, event_info and transactional, named in its language. */
export async function createDefaultSubscriptionTypes(
  tx: Tx,
  workspaceId: string,
  language: Language,
  at: Date,
): Promise<void> {
  let bit = 0;
  for (const [key, name] of Object.entries(names[language])) {
    await sql`
      insert into subscription_types (workspace_id, id, key, name, needs_consent, bit, created_at)
      values (${workspaceId}, ${newId(at)}, ${key}, ${name}, ${key !== "transactional"}, ${bit}, ${at})
      on conflict do nothing`.execute(tx);
    bit++;
  }
}

/** The type with this id, key or name, in any case; 422 when there is none. */
export async function findSubscriptionType(tx: Tx, workspaceId: string, ref: string): Promise<SubscriptionTypeRow> {
  const { rows } = await sql<SubscriptionTypeRow>`
    select id, key, name, needs_consent, bit from find_subscription_type(${workspaceId}, ${ref})`.execute(tx);
  const [type] = rows;
  if (!type) {
    throw invalid(
      "unknown_subscription_type",
      `There is no subscription type "${ref}" in this workspace.`,
      "subscription_type",
      ref,
    );
  }
  return type;
}

/** All types of the workspace in order of creation, with how many contacts consent to each by SMS. */
export async function listSubscriptionTypes(
  tx: Tx,
  workspaceId: string,
): Promise<(SubscriptionTypeRow & { subscribers: number })[]> {
  const { rows } = await sql<SubscriptionTypeRow & { subscribers: number }>`
    -- One pass over the contacts for all types: few combinations of consents exist.
    with held as materialized (
      select sms_consents, count(*) as n from contacts where workspace_id = ${workspaceId} group by sms_consents
    )
    select t.id, t.key, t.name, t.needs_consent, t.bit, coalesce(sum(held.n), 0)::bigint as subscribers
    from subscription_types t
    left join held on held.sms_consents & (1::bigint << t.bit) <> 0
    where t.workspace_id = ${workspaceId}
    group by t.id, t.key, t.name, t.needs_consent, t.bit
    order by t.bit`.execute(tx);
  return rows;
}

/** Adds a type that needs consent; 409 when the name is taken or the workspace has 60 already. */
export async function createSubscriptionType(
  tx: Tx,
  workspaceId: string,
  name: string,
  at: Date,
): Promise<SubscriptionTypeRow & { subscribers: number }> {
  // Serialised: concurrent calls would take the same bit.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`subscription_types ${workspaceId}`}, 0))`.execute(tx);
  const types = await listSubscriptionTypes(tx, workspaceId);
  if (types.length >= maxTypes) {
    throw conflict("too_many_subscription_types", `A workspace has at most ${maxTypes} subscription types.`);
  }
  const taken = await typeCalled(tx, workspaceId, name);
  if (taken) {
    throw conflict("name_taken", `The subscription type ${taken.id} is called "${taken.name}" already.`, {
      field: "name",
      value: name,
    });
  }
  const used = new Set(types.map((type) => type.bit));
  const bit = Array.from({ length: 63 }, (_, index) => index).find((index) => !used.has(index)) as number;
  const type = { id: newId(at), key: freeKey(name, types), name, needs_consent: true, bit, subscribers: 0 };
  await sql`
    insert into subscription_types (workspace_id, id, key, name, needs_consent, bit, created_at)
    values (${workspaceId}, ${type.id}, ${type.key}, ${name}, true, ${bit}, ${at})`.execute(tx);
  const target = { type: "subscription_type", id: type.id, name };
  await recordAuditEvent(tx, { workspaceId, at, action: "subscription_type.created", target });
  return type;
}

async function typeCalled(
  tx: Tx,
  workspaceId: string,
  name: string,
): Promise<Pick<SubscriptionTypeRow, "id" | "name"> | undefined> {
  const { rows } = await sql<Pick<SubscriptionTypeRow, "id" | "name">>`
    select id, name from subscription_types
    where workspace_id = ${workspaceId} and name_key = name_key(${name})`.execute(tx);
  return rows[0];
}

/** A key for code out of a name: "Nyhetsbrev på SMS" becomes nyhetsbrev_pa_sms. */
function freeKey(name: string, types: { key: string }[]): string {
  const plain = name
    .toLowerCase()
    .replaceAll("æ", "ae")
    .replaceAll("ø", "o")
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_+|_+$/g, "")
    .slice(0, 50);
  const base = plain || "type";
  const used = new Set(types.map((type) => type.key));
  let key = base;
  for (let n = 2; used.has(key); n++) key = `${base}_${n}`;
  return key;
}
