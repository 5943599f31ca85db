/**
 * Which contacts may be texted, as SQL: the same conditions for the figures before sending, for the preparation of a campaign and
 * for sending, so that they cannot differ.
 */
import { type RawBuilder, sql } from "kysely";
import type { MessageClass, SkipReason } from "../../contract/messages.ts";
import { beyondNames } from "../../rules/names-as-senders.ts";
import { everySender } from "../consent/every-sender.ts";

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
  /** The source of the text; answers that a handset asked for are sent although it has opted out. */
  sourceType?: string;
}

/** Sources that are sent despite an opt-out: its confirmation, and the answer to a request for help. */
export const answersToHandset = ["opt_out_confirmation", "help"];

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
    reason: sql`(case ${otherReason} when ${isOptedOut(rule, number, among)} then 'opted_out' ${beyondReach(rule, number)} end)`,
    otherReason: sql`(case ${otherReason} end)`,
  };
}

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
  if (rule.sourceType && answersToHandset.includes(rule.sourceType)) return sql<boolean>`false`;
  const own = rule.fallback
    ? sql`case when ${isBeyondNames(number)} then ${rule.fallback.id}::uuid else ${rule.senderId}::uuid end`
    : sql`${rule.senderId}::uuid`;
  const sender = rule.class === "marketing" ? sql`` : sql`and o.sender_id in (${own}, ${everySender}::uuid)`;
  // OFFSET 0 prevents hashing: a plan cached when there were hardly any opt-outs would read all of them for each batch.
  const sought = among === "few" ? sql`offset 0` : sql``;
  return sql<boolean>`exists (select from opt_outs o
    where o.workspace_id = ${rule.workspaceId}::uuid and o.number = ${number} ${sender} ${sought})`;
}
