/** The people behind an audience's figures: who is meant by `will` and `wont`, one contact's case, each with the reason of the counts. */
import { type RawBuilder, sql } from "kysely";
import type { AudienceMember } from "../../contract/campaigns.ts";
import type { SkipReason } from "../../contract/messages.ts";
import type { Tx } from "../kit/db.ts";
import { type Audience, inAudience, isNamed, nextOfAudience, reachedByPhone } from "./audience.ts";
import { type SuppressionRule, suppression } from "./suppress.ts";

/** Which of the audience are listed. */
export interface AudienceView {
  view: "will" | "wont";
  reason?: SkipReason | undefined;
}

/** Contacts that are looked at in one statement, and in one call: who is rare among a million is found in several calls. */
const chunk = 1_000;
const mostChunks = 40;

/**
 * The next of a view in the order of their ids, and the last contact that was looked at: null when none is left. Fewer than `limit` may
 * be found although there are more.
 */
export async function listAudience(
  tx: Tx,
  rule: SuppressionRule,
  audience: Audience,
  { view, reason }: AudienceView,
  after: string | null,
  limit: number,
): Promise<{ items: AudienceMember[]; after: string | null }> {
  const items: AudienceMember[] = [];
  let last = after;
  for (let n = 0; n < mostChunks; n++) {
    const { to, contacts } = await nextOfAudience(tx, rule.workspaceId, audience, last, chunk);
    if (to === null) return { items, after: null };
    for (const member of await membersOf(tx, rule, audience, contacts)) {
      const wanted = view === "will" ? member.reason === null : member.reason !== null;
      if (!wanted || (reason !== undefined && member.reason !== reason)) continue;
      items.push(member);
      if (items.length === limit) return { items, after: member.contact_id };
    }
    last = to;
  }
  return { items, after: last };
}

/** Contacts of the audience in the order of their ids, each with the reason why it will not get the text. */
export async function membersOf(
  tx: Tx,
  rule: SuppressionRule,
  audience: Audience,
  contacts: readonly string[],
): Promise<AudienceMember[]> {
  const { workspaceId } = rule;
  const { number, reason } = suppression(rule, "few");
  // The contact with the first id of those who share a number gets the text, as when sending.
  const earlier = (reached: RawBuilder<unknown>) => sql<boolean>`exists (select from contacts c
    where c.workspace_id = ${workspaceId} and ${reached} and c.id < p.contact_id and ${reason} is null
      and ${inAudience(workspaceId, audience)})`;
  const { rows } = await sql<AudienceMember>`
    with picked as materialized (
      select c.id as contact_id, nullif(concat_ws(' ', c.first_name, c.last_name), '') as name, ${number} as number,
        ${reason} as reason
      from contacts c where c.workspace_id = ${workspaceId} and c.id = any (${`{${contacts.join(",")}}`}::uuid[])
    )
    select p.contact_id, p.name, p.number, case when p.reason is not null then p.reason
      when ${earlier(sql`c.mobile = p.number and c.mobile_kind in ('mobile', 'other')`)}
        or ${earlier(sql`c.phone = p.number and ${reachedByPhone("c")}`)} then 'duplicate' end as reason
    from picked p order by p.contact_id`.execute(tx);
  return rows;
}

/** One contact's case: null where the workspace has no such contact. */
export async function explainContact(
  tx: Tx,
  rule: SuppressionRule,
  audience: Audience,
  contact: string,
): Promise<{ will: boolean; reason: SkipReason | "not_in_audience" | null } | null> {
  const { workspaceId } = rule;
  const { rows } = await sql<{ included: boolean; excluded: boolean }>`
    select ${isNamed(workspaceId, audience.include)} as included, ${isNamed(workspaceId, audience.exclude)} as excluded
    from contacts c where c.workspace_id = ${workspaceId} and c.id = ${contact}`.execute(tx);
  const [found] = rows;
  if (!found) return null;
  if (found.excluded) return { will: false, reason: "excluded" };
  if (!found.included) return { will: false, reason: "not_in_audience" };
  const [member] = await membersOf(tx, rule, audience, [contact]);
  const reason = member?.reason ?? null;
  return { will: reason === null, reason };
}
