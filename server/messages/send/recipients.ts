/** The recipients of a batch: contacts by a query, or given people, each with the skip reason if there is one. */
import { type RawBuilder, sql } from "kysely";
import type { SkipReason } from "../../../contract/messages.ts";
import { parsePhoneNumber } from "../../../rules/phone-number.ts";
import type { TemplateValues } from "../../../rules/placeholders.ts";
import {
  beyondReach,
  countReceived,
  hasConsent,
  isOptedOut,
  type SuppressionRule,
  suppression,
} from "../../audience/suppress.ts";
import type { Tx } from "../../kit/db.ts";
import { contactOf } from "../receive/contact-of-number.ts";
import { placeColumns } from "./deferral.ts";

/** Whom a text is for: a contact, or a number as given, which is read by the workspace's country. */
export type Addressee = { contact_id: string; number?: undefined } | { number: string; contact_id?: undefined };

/** A recipient, who may be skipped. */
export interface Recipient {
  /** E.164; as given where it is no number; null where there is none. */
  number: string | null;
  contact_id: string | null;
  reason: SkipReason | null;
  /** The contact's own. */
  time_zone: string | null;
  /** Of the contact's address. */
  state: string | null;
  values: NonNullable<TemplateValues["contact"]>;
  /** Of given people, where there is a frequency cap: the marketing texts that count for it. */
  received?: number | undefined;
}

/** The columns of contacts for the placeholders that a text uses. */
function valueColumns(fields: readonly string[]): string[] {
  const columns = new Set<string>();
  for (const field of fields) {
    const [scope, name] = field.split(".");
    if (scope !== "contact" || name === undefined) continue;
    if (name === "full_name") columns.add("first_name").add("last_name");
    else columns.add(name);
  }
  return [...columns];
}

type ContactRow = { id: string | null; time_zone: string | null; state: string | null } & Record<string, unknown>;

const nowhere = { time_zone: null, state: null };

function contactValues(row: ContactRow, columns: string[]): Recipient["values"] {
  const values: Record<string, unknown> = {};
  for (const column of columns) values[column] = row[column];
  return values;
}

/**
 * Contacts by a query of their ids. One statement, so that no contact can opt out between being found and being checked. With
 * `received`, each with the marketing texts that count for the cap, in place of that reason: only people can be in a batch several times.
 */
export async function contactRecipients(
  tx: Tx,
  rule: SuppressionRule,
  contacts: RawBuilder<unknown>,
  fields: readonly string[],
  { received = false } = {},
): Promise<Recipient[]> {
  const columns = valueColumns(fields);
  const { number, reason } = suppression(received ? { ...rule, cap: undefined } : rule, "few");
  const count = received ? sql`, ${countReceived(rule, sql`${number}`)} as received` : sql``;
  const { rows } = await sql<ContactRow & { number: string | null; reason: SkipReason | null; received?: number }>`
    select c.id, ${number} as number, ${reason} as reason, ${placeColumns} ${count} ${selected(columns)}
    from (select distinct id from (${contacts}) as wanted (id)) wanted
    cross join lateral (
      -- One index lookup each: OFFSET 0 keeps a planner with old statistics from reading all contacts for each batch.
      select * from contacts where workspace_id = ${rule.workspaceId} and id = wanted.id offset 0
    ) c
    order by c.id`.execute(tx);
  return rows.map((row) => ({
    number: row.number,
    contact_id: row.id,
    reason: row.reason,
    time_zone: row.time_zone,
    state: row.state,
    received: row.received,
    values: contactValues(row, columns),
  }));
}

/** People in their order, each a contact or a number. A contact that the workspace does not have has no number. */
export async function peopleRecipients(
  tx: Tx,
  rule: SuppressionRule,
  country: string,
  people: readonly Addressee[],
  fields: readonly string[],
): Promise<Recipient[]> {
  const ids = people.flatMap(({ contact_id }) => contact_id ?? []);
  const numbers = people.flatMap(({ number }) => number ?? []);
  const byTheirIds = sql`
    select id from contacts where workspace_id = ${rule.workspaceId} and id = any(${`{${ids.join(",")}}`}::uuid[])`;
  const byId = new Map(
    ids.length === 0
      ? []
      : (await contactRecipients(tx, rule, byTheirIds, fields, { received: rule.cap !== undefined })).map(
          (each) => [each.contact_id, each] as const,
        ),
  );
  const byNumber = (numbers.length === 0 ? [] : await numberRecipients(tx, rule, country, numbers, fields)).values();
  return people.map(({ contact_id }) => {
    if (contact_id === undefined) return byNumber.next().value as Recipient;
    const none = { number: null, contact_id, reason: "no_number" as const, values: {}, ...nowhere };
    return byId.get(contact_id) ?? none;
  });
}

/** Recipients by number. A contact's number gets that contact's values, and marketing only with consent. */
async function numberRecipients(
  tx: Tx,
  rule: SuppressionRule,
  country: string,
  given: readonly string[],
  fields: readonly string[],
): Promise<Recipient[]> {
  const parsed = given.map((number) => readNumber(number, country));
  const numbers = [...new Set(parsed.flatMap(({ number, reason }) => (reason === null ? [number] : [])))];
  if (numbers.length === 0) return parsed.map((each) => ({ ...each, contact_id: null, values: {}, ...nowhere }));
  const columns = valueColumns(fields);
  const { rows } = await sql<ContactRow & { number: string; reason: SkipReason | null; received: number }>`
    select n.number, c.id, ${numberReason(rule)} as reason, ${placeColumns},
      ${countReceived(rule, sql`n.number`)} as received ${selected(columns)}
    from unnest(${numbers}::text[]) as n (number)
    left join lateral ${contactOf(rule.workspaceId, sql`n.number`, sql`${rule.senderId}::uuid`)} c on true`.execute(tx);
  const found = new Map(rows.map((row) => [row.number, row]));
  return parsed.map((each) => {
    const row = found.get(each.number);
    if (each.reason !== null || !row) return { ...each, contact_id: null, values: {}, ...nowhere };
    const { id, reason, time_zone, state, received } = row;
    const values = contactValues(row, columns);
    return { number: each.number, contact_id: id, reason, time_zone, state, received, values };
  });
}

function numberReason(rule: SuppressionRule): RawBuilder<SkipReason | null> {
  return sql<SkipReason | null>`(case
    ${rule.class === "marketing" ? sql`when not coalesce(c.marketing, true) then 'not_marketing'` : sql``}
    ${rule.consentBit === null ? sql`` : sql`when (${hasConsent(rule.consentBit)}) is not true then 'no_consent'`}
    when ${isOptedOut(rule, sql`n.number`, "few")} then 'opted_out'
    ${beyondReach(rule, sql`n.number`)}
  end)`;
}

const reasonOfKind = { landline: "landline", premium: "premium_number", short: "invalid_number" } as const;

/** A number in any spelling, or the reason why it cannot be texted. */
function readNumber(given: string, country: string): { number: string; reason: SkipReason | null } {
  const parsed = parsePhoneNumber(given, country, "mobile");
  if ("problem" in parsed) return { number: given, reason: "invalid_number" };
  const { number, kind } = parsed;
  return { number, reason: kind in reasonOfKind ? reasonOfKind[kind as keyof typeof reasonOfKind] : null };
}

function selected(columns: string[]): RawBuilder<unknown> {
  return columns.length === 0 ? sql`` : sql`, ${sql.join(columns.map((column) => sql.ref(`c.${column}`)))}`;
}
