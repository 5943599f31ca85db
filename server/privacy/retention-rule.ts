/** A workspace's retention rule: how long its messages are kept, in whole months. */
import { sql } from "kysely";
import type { Retention, RetentionRule } from "../../contract/retention.ts";
import { recordChange } from "../accounts/audit-events.ts";
import { countEnded } from "../bookings/purge-bookings.ts";
import { oldestUnderWay } from "../campaigns/erase-recipient.ts";
import { countOver } from "../events/purge-events.ts";
import type { Tx } from "../kit/db.ts";
import { invalid } from "../kit/errors.ts";
import { countBefore } from "../messages/purge-messages.ts";

/** A row of retention_rules. */
export interface RuleRow extends RetentionRule {
  workspace_id: string;
  texts_to: string | null;
  texts_gone_before: Date | null;
  rows_gone_before: Date | null;
}

const maxCounted = 100_001;

export async function selectRules(tx: Tx): Promise<RuleRow[]> {
  const { rows } = await sql<RuleRow>`
    select * from retention_rules where text_months is not null or ledger_months is not null or audit_months is not null
      or booking_months is not null or event_months is not null
    order by workspace_id`.execute(tx);
  return rows;
}

export async function selectRule(tx: Tx, workspaceId: string): Promise<RuleRow> {
  const { rows } = await sql<RuleRow>`select * from retention_rules where workspace_id = ${workspaceId}`.execute(tx);
  const forEver = {
    text_months: null,
    ledger_months: null,
    audit_months: null,
    booking_months: null,
    event_months: null,
  };
  return (
    rows[0] ?? {
      workspace_id: workspaceId,
      ...forEver,
      texts_to: null,
      texts_gone_before: null,
      rows_gone_before: null,
    }
  );
}

/** Changes the given fields; 422 when texts would be kept longer than their messages. */
export async function changeRule(tx: Tx, workspaceId: string, change: Partial<RetentionRule>, at: Date): Promise<void> {
  await sql`
    insert into retention_rules (workspace_id) values (${workspaceId}) on conflict do nothing`.execute(tx);
  await sql`select from retention_rules where workspace_id = ${workspaceId} for update`.execute(tx);
  const { text_months, ledger_months, audit_months, booking_months, event_months } = await selectRule(tx, workspaceId);
  const before = { text_months, ledger_months, audit_months, booking_months, event_months };
  const rule: RetentionRule = { ...before, ...change };
  checkRule(rule);
  await sql`
    update retention_rules set text_months = ${rule.text_months}, ledger_months = ${rule.ledger_months},
      audit_months = ${rule.audit_months}, booking_months = ${rule.booking_months}, event_months = ${rule.event_months}
    where workspace_id = ${workspaceId}`.execute(tx);
  const event = { workspaceId, at, action: "retention.updated", target: { type: "retention" } } as const;
  await recordChange(tx, event, before, rule);
}

function checkRule({ text_months, ledger_months }: Pick<RetentionRule, "text_months" | "ledger_months">): void {
  if (text_months === null || ledger_months === null || ledger_months >= text_months) return;
  const message = `Messages cannot go after ${ledger_months} months while their texts are kept for ${text_months}.`;
  throw invalid("messages_before_texts", message, "ledger_months", ledger_months);
}

/** The rule with what the next run would purge by it; `trying` is another rule to preview. */
export async function presentRetention(
  tx: Tx,
  workspaceId: string,
  now: Date,
  trying: Partial<RetentionRule> = {},
): Promise<Retention> {
  const row = await selectRule(tx, workspaceId);
  const text_months = trying.text_months === undefined ? row.text_months : trying.text_months;
  const ledger_months = trying.ledger_months === undefined ? row.ledger_months : trying.ledger_months;
  const booking_months = trying.booking_months === undefined ? row.booking_months : trying.booking_months;
  const event_months = trying.event_months === undefined ? row.event_months : trying.event_months;
  checkRule({ text_months, ledger_months });
  const overBefore = cutOf(event_months, now, null);
  const endedBefore = cutOf(booking_months, now, null);
  const underWay = await oldestUnderWay(tx, workspaceId);
  const preview = async (months: number | null, withText: boolean) => {
    const before = cutOf(months, now, underWay);
    if (!before) return null;
    const after = withText ? row.texts_to : null;
    const { n, months: names } = await countBefore(tx, workspaceId, { before, after, withText, limit: maxCounted });
    return { before: before.toISOString(), months: names, messages: n };
  };
  return {
    text_months,
    ledger_months,
    audit_months: row.audit_months,
    booking_months,
    event_months,
    texts_gone_before: row.texts_gone_before?.toISOString() ?? null,
    messages_gone_before: row.rows_gone_before?.toISOString() ?? null,
    would_go: {
      texts: await preview(text_months, true),
      messages: await preview(ledger_months, false),
      bookings: endedBefore && {
        before: endedBefore.toISOString(),
        bookings: await countEnded(tx, workspaceId, endedBefore, maxCounted),
      },
      events: overBefore && {
        before: overBefore.toISOString(),
        events: await countOver(tx, workspaceId, overBefore, maxCounted),
      },
    },
  };
}

/** Older messages are purged: the beginning of the month so many months before this one, or of a running campaign's month. */
export function cutOf(months: number | null, now: Date, underWay: Date | null): Date | null {
  if (months === null) return null;
  const cut = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months));
  return underWay && underWay < cut ? startOfMonth(underWay) : cut;
}

export const startOfMonth = (at: Date): Date => new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth()));
