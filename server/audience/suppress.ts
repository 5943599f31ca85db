/**
 * Which contacts may be texted, as SQL: the same conditions for the figures before sending, for the preparation of a campaign and
 * for sending, so that they cannot differ.
 */
import { type RawBuilder, sql } from "kysely";
import type { MessageClass, SkipReason } from "../../contract/messages.ts";
import { beyondNames } from "../../rules/names-as-senders.ts";
import { everySender } from "../consent/every-sender.ts";
import type { Db } from "../kit/db.ts";
import { firstIdAt } from "../kit/id.ts";
import { setLocal } from "../kit/set-local.ts";
import { isAnswer } from "../quota/source-types.ts";
import { frequencyCapOf, type WorkspaceRow } from "../workspaces/workspace.ts";

/** The parameters of whether a contact may be texted. */
export interface SuppressionRule {
  workspaceId: string;
  class: MessageClass;
  senderId: string;
  /** subscription_types.bit of the consent that is needed; null: none is needed. */
  consentBit: number | null;
  /**
   * For a sender that is a name: the fallback number for countries without names as senders, or null where there is none, so that
   * contacts there are skipped. Undefined for a sender that is a number.
   */
  fallback?: { id: string; address: string } | null | undefined;
  /** The most marketing texts that a number gets; absent: no limit, or it does not apply. */
  cap?: CapRule | undefined;
  /** The source of the text; answers that a handset asked for are sent although it has opted out. */
  sourceType?: string;
}

/** A frequency cap as it applies to one source. */
export interface CapRule {
  messages: number;
  /** Texts of this time and later count. */
  since: Date;
  /** The moment at which it is asked. */
  until: Date;
  /**
   * The source whose own texts do not count, since all of them are of one occasion: a second contact with a number is a duplicate. Null
   * where earlier texts of the source count like all others.
   */
  source_id: string | null;
  /** The numbers that have as many, read before (`readFull`): for statements over many contacts. */
  full?: readonly string[];
}

/** The workspace's frequency cap for texts that are sent at `now`; `sourceId` as in the rule. */
export const capRule = (
  workspace: Pick<WorkspaceRow, "frequency_cap_messages" | "frequency_cap_days">,
  sourceId: string | null,
  now: Date,
): CapRule | undefined => {
  const cap = frequencyCapOf(workspace);
  if (!cap) return undefined;
  const since = new Date(now.getTime() - cap.days * day);
  return { messages: cap.messages, since, until: now, source_id: sourceId };
};

/** Kinds of number that can receive texts. */
const usable = sql.raw("('mobile', 'other')");

/**
 * Fragments over one row of `contacts c`: the number to text (the mobile before the phone where it can receive texts; null where
 * there is none) and the skip reason, null for a contact who may be texted. `otherReason` is the reason without opt-outs, which are
 * checked last: it depends only on whether there is a number. Reasons that need more than the row (duplicates, texts that turn
 * out empty or too long) are found when sending.
 */
export function suppression(
  rule: SuppressionRule,
  among: Among = "many",
): {
  number: RawBuilder<string | null>;
  reason: RawBuilder<SkipReason | null>;
  otherReason: RawBuilder<SkipReason | null>;
} {
  const number = sql<string | null>`(case when c.mobile_kind in ${usable} then c.mobile
    when c.phone_kind in ${usable} then c.phone else coalesce(c.mobile, c.phone) end)`;
  const otherReason = sql`
    when c.mobile is null and c.phone is null then 'no_number'
    when (c.mobile_kind in ${usable} or c.phone_kind in ${usable}) is not true then
      (case coalesce(c.mobile_kind, c.phone_kind)
        when 'landline' then 'landline' when 'premium' then 'premium_number' else 'invalid_number' end)
    ${rule.class === "marketing" ? sql`when not c.marketing then 'not_marketing'` : sql``}
    ${rule.consentBit === null ? sql`` : sql`when not ${hasConsent(rule.consentBit)} then 'no_consent'`}`;
  return {
    number,
    reason: sql`(case ${otherReason} when ${isOptedOut(rule, number, among)} then 'opted_out'
      ${rule.cap ? sql`when ${isCapped(rule, number, among)} then 'frequency_cap'` : sql``} ${beyondReach(rule, number)} end)`,
    otherReason: sql`(case ${otherReason} end)`,
  };
}

/**
 * Whether `number` has had as many marketing texts as the cap allows. Those of the contacts that have the number now are counted, by
 * their index of the ledger: it has none of numbers. For `many` that would take a tenth of a millisecond each.
 */
export function isCapped(
  rule: SuppressionRule,
  number: RawBuilder<string | null>,
  among: Among = "many",
): RawBuilder<boolean> {
  if (!rule.cap) return sql<boolean>`false`;
  if (among === "many") {
    if (!rule.cap.full) throw new Error("the full numbers have not been read");
    return sql<boolean>`(${number} = any (${rule.cap.full}::text[])) is true`;
  }
  return sql<boolean>`exists (${receivedBy(rule, rule.cap, number)} offset ${rule.cap.messages - 1} limit 1)`;
}

/** How many marketing texts `number` has had that count for the cap, at most as many as it allows. */
export function countReceived(rule: SuppressionRule, number: RawBuilder<string>): RawBuilder<number> {
  if (!rule.cap) return sql<number>`0`;
  return sql<number>`(select count(*) from (${receivedBy(rule, rule.cap, number)} limit ${rule.cap.messages}) received)`;
}

/** One index lookup for each contact: OFFSET 0 keeps a planner without statistics from reading all messages of the time. */
function receivedBy({ workspaceId }: SuppressionRule, cap: CapRule, number: RawBuilder<string | null>) {
  return sql`select 1 from unnest(array(
      select holder.id from contacts holder where holder.workspace_id = ${workspaceId}::uuid and holder.mobile = ${number}
      union all
      select holder.id from contacts holder where holder.workspace_id = ${workspaceId}::uuid and holder.phone = ${number}
        and holder.mobile is distinct from ${number}
    )) as held (id) cross join lateral (
      select 1 from messages m where m.workspace_id = ${workspaceId}::uuid and m.contact_id = held.id
        and m.number = ${number} and ${countsForCap(cap)} offset 0
    ) received`;
}

/** Numbers with as many marketing texts as the cap allows, by the same conditions as at the door. */
export function readFull(db: Db, workspaceId: string, cap: CapRule): Promise<string[]> {
  return db.inWorkspace(workspaceId, async (tx) => {
    // It joins all messages of the time with their contacts.
    await setLocal(tx, "enable_nestloop = off", "jit = off", "work_mem = '64MB'");
    const { rows } = await sql<{ number: string }>`
      select m.number from messages m
      join contacts holder on holder.workspace_id = ${workspaceId} and holder.id = m.contact_id
        and m.number in (holder.mobile, holder.phone)
      where m.workspace_id = ${workspaceId} and ${countsForCap(cap)}
      group by m.number having count(*) >= ${cap.messages}`.execute(tx);
    return rows.map((row) => row.number);
  });
}

const day = 24 * 3_600_000;

/** Whether a row `m` of the ledger counts for the cap. A bound above leaves out the months to come. */
const countsForCap = (cap: CapRule): RawBuilder<boolean> => sql<boolean>`(m.id >= ${firstIdAt(cap.since)}::uuid
  and m.id < ${firstIdAt(new Date(cap.until.getTime() + day))}::uuid and m.class = 'marketing'
  and m.status not in ('skipped', 'cancelled', 'failed', 'expired')
  ${cap.source_id === null ? sql`` : sql`and m.source_id is distinct from ${cap.source_id}::uuid`})`;

/** The last condition of a reason: the sender is a name, and neither it nor a fallback number reaches `number`. */
export function beyondReach(rule: SuppressionRule, number: RawBuilder<string | null>): RawBuilder<unknown> {
  return rule.fallback === null ? sql`when ${isBeyondNames(number)} then 'country_not_allowed'` : sql``;
}

/** Whether texts from a name cannot reach `number`. */
export function isBeyondNames(number: RawBuilder<string | null>): RawBuilder<boolean> {
  return sql<boolean>`${number} ~ ${beyondNames.source}`;
}

/** Whether `contacts c` consents to the subscription type with this bit. */
export function hasConsent(bit: number): RawBuilder<boolean> {
  return sql<boolean>`(c.sms_consents & ${sql.raw(`${1n << BigInt(bit)}::bigint`)} <> 0)`;
}

/**
 * How many numbers a statement checks: for `few` each is looked up in the index, whatever the planner's statistics of opt_outs;
 * for `many`, PostgreSQL may read all opt-outs once instead.
 */
type Among = "few" | "many";

/**
 * Whether an opt-out stops a text to `number`: a marketing text any row of the number, a transactional one only its own
 * sender's or the whole workspace's.
 */
export function isOptedOut(
  rule: Omit<SuppressionRule, "consentBit">,
  number: RawBuilder<string | null>,
  among: Among = "many",
): RawBuilder<boolean> {
  if (rule.sourceType && isAnswer(rule.sourceType)) return sql<boolean>`false`;
  const own = rule.fallback
    ? sql`case when ${isBeyondNames(number)} then ${rule.fallback.id}::uuid else ${rule.senderId}::uuid end`
    : sql`${rule.senderId}::uuid`;
  const sender = rule.class === "marketing" ? sql`` : sql`and o.sender_id in (${own}, ${everySender}::uuid)`;
  // OFFSET 0 prevents hashing: a plan cached when there were hardly any opt-outs would read all of them for each batch.
  const sought = among === "few" ? sql`offset 0` : sql``;
  return sql<boolean>`exists (select from opt_outs o
    where o.workspace_id = ${rule.workspaceId}::uuid and o.number = ${number} ${sender} ${sought})`;
}
