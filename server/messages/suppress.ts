/**
 * Who may be texted, as SQL: the same words for the figures before sending, for the preparation of a campaign, and at the
 * door itself, so that they cannot differ.
 */
import { type RawBuilder, sql } from "kysely";
import type { MessageClass, SkipReason } from "../../contract/messages.ts";
import { beyondNames } from "../../rules/names-as-senders.ts";
import { everySender } from "../consent/every-sender.ts";

/** What decides whether somebody may be texted. */
export interface SuppressionRule {
  workspaceId: string;
  class: MessageClass;
  senderId: string;
  /** subscription_types.bit whose consent is needed; null: none is needed. */
  consentBit: number | null;
  /**
   * The sender is a name: the number in its place where names are not taken, or null where there is none, so that nobody there
   * is texted. Undefined: it is a number.
   */
  standIn?: { id: string; address: string } | null | undefined;
  /** What the text comes from; answers that a handset asked for come through although it has opted out. */
  sourceType?: string;
}

/** The confirmation of an opt-out passes the opt-out that it confirms, and whoever asks for help gets it. */
export const answersToHandset = ["opt_out_confirmation", "help"];

/** Kinds of number that take texts. */
const usable = sql.raw("('mobile', 'other')");

/**
 * Fragments over one row of `contacts c`: the number to text (mobile wins over phone where it can be used; null where
 * there is none) and the skip reason, null for whoever may be texted. `standing` is the reason as long as the number is not
 * opted out: it asks of the number only whether there is one, and opting out is what is looked at last. What needs more
 * than the row (duplicates, texts that come out empty or too long) is found by the door.
 */
export function suppression(rule: SuppressionRule): {
  number: RawBuilder<string | null>;
  reason: RawBuilder<SkipReason | null>;
  standing: RawBuilder<SkipReason | null>;
} {
  const number = sql<string | null>`(case when c.mobile_kind in ${usable} then c.mobile
    when c.phone_kind in ${usable} then c.phone else coalesce(c.mobile, c.phone) end)`;
  const standing = sql`
    when c.mobile is null and c.phone is null then 'no_number'
    when (c.mobile_kind in ${usable} or c.phone_kind in ${usable}) is not true then
      (case coalesce(c.mobile_kind, c.phone_kind)
        when 'landline' then 'landline' when 'premium' then 'premium_number' else 'invalid_number' end)
    ${rule.class === "marketing" ? sql`when not c.marketing then 'not_marketing'` : sql``}
    ${rule.consentBit === null ? sql`` : sql`when not ${hasConsent(rule.consentBit)} then 'no_consent'`}`;
  return {
    number,
    reason: sql`(case ${standing} when ${isOptedOut(rule, number)} then 'opted_out' ${beyondReach(rule, number)} end)`,
    standing: sql`(case ${standing} end)`,
  };
}

/** The last branch of a reason: a name is the sender, and neither it nor a number in its place reaches `number`. */
export function beyondReach(rule: SuppressionRule, number: RawBuilder<string | null>): RawBuilder<unknown> {
  return rule.standIn === null ? sql`when ${isBeyondNames(number)} then 'country_not_allowed'` : sql``;
}

/** Whether no text from a name reaches `number`. */
export function isBeyondNames(number: RawBuilder<string | null>): RawBuilder<boolean> {
  return sql<boolean>`${number} ~ ${beyondNames.source}`;
}

/** Whether `contacts c` consents to the subscription type with this bit. */
export function hasConsent(bit: number): RawBuilder<boolean> {
  return sql<boolean>`(c.sms_consents & ${sql.raw(`${1n << BigInt(bit)}::bigint`)} <> 0)`;
}

/**
 * Whether an opt-out stops a text to `number`: a marketing text any row of the number, a transactional one only its own
 * sender's or the whole workspace's. PostgreSQL looks up each number where there are few and hashes opt_outs where there
 * are many.
 */
export function isOptedOut(
  rule: Omit<SuppressionRule, "consentBit">,
  number: RawBuilder<string | null>,
): RawBuilder<boolean> {
  if (rule.sourceType && answersToHandset.includes(rule.sourceType)) return sql<boolean>`false`;
  const own = rule.standIn
    ? sql`case when ${isBeyondNames(number)} then ${rule.standIn.id}::uuid else ${rule.senderId}::uuid end`
    : sql`${rule.senderId}::uuid`;
  const sender = rule.class === "marketing" ? sql`` : sql`and o.sender_id in (${own}, ${everySender}::uuid)`;
  return sql<boolean>`exists (select from opt_outs o
    where o.workspace_id = ${rule.workspaceId}::uuid and o.number = ${number} ${sender})`;
}
