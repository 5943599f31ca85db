/** A workspace: one business, the tenant. Everything belongs to exactly one. */
import { sql } from "kysely";
import type { FrequencyCap, ReminderHours, SegmentPrice, Workspace } from "../../contract/accounts.ts";
import type { Language } from "../../contract/shapes.ts";
import { type KeywordChanges, type KeywordSets, keywordSets } from "../../rules/keyword-sets.ts";
import type { Tx } from "../kit/db.ts";
import { invalid, notFound } from "../kit/errors.ts";
import { sharedStatement } from "../kit/shared-statements.ts";

/** A row of workspaces. */
export interface WorkspaceRow {
  workspace_id: string;
  name: string;
  country: string;
  time_zone: string;
  language: Language;
  opt_out_text: string;
  help_text: string;
  opt_out_confirmation: string;
  opt_in_confirmation: string;
  allowance: number;
  renewal_day: number;
  keywords: KeywordChanges | null;
  undo_seconds: number;
  segment_price: SegmentPrice | null;
  quiet_hours: boolean;
  frequency_cap_messages: number | null;
  frequency_cap_days: number | null;
  workflow_sender: string | null;
  reminder_from: string | null;
  reminder_to: string | null;
  cancel_limit_minutes: number;
  customer_access: boolean;
  created_at: Date;
}

/** The workspace; 404 when there is none with that id. */
export const getWorkspace = (tx: Tx, workspaceId: string): Promise<WorkspaceRow> =>
  selectWorkspace(tx, workspaceId, null);

const selectWorkspace = sharedStatement(async (tx, workspaceId, asked: readonly null[]) => {
  const found = await sql<WorkspaceRow>`select * from workspaces where workspace_id = ${workspaceId}`.execute(tx);
  const row = found.rows[0];
  if (!row) throw notFound("workspace", workspaceId);
  return asked.map(() => row);
});

/** Whether any workspace exists yet. Needs a transaction that sees all of them. */
export async function hasWorkspace(tx: Tx): Promise<boolean> {
  const found = await sql<{ found: boolean }>`select exists (select from workspaces) as found`.execute(tx);
  return found.rows[0]?.found === true;
}

/** The keywords of inbound texts, read in this transaction. */
export async function readKeywordSets(tx: Tx, workspaceId: string): Promise<KeywordSets> {
  const { rows } = await sql<{ keywords: KeywordChanges | null }>`
    select keywords from workspaces where workspace_id = ${workspaceId}::uuid`.execute(tx);
  return keywordSets(rows[0]?.keywords ?? null);
}

/** The keywords of inbound texts. */
export const keywordsOf = ({ keywords }: Pick<WorkspaceRow, "keywords">): KeywordSets => keywordSets(keywords);

/** The most marketing messages that a number gets; null where there is no limit. */
export const frequencyCapOf = ({
  frequency_cap_messages: messages,
  frequency_cap_days: days,
}: Pick<WorkspaceRow, "frequency_cap_messages" | "frequency_cap_days">): FrequencyCap =>
  messages === null || days === null ? null : { messages, days };

/** When reminders and thanks may go; null where they may at any hour. */
export const reminderHoursOf = ({
  reminder_from: from,
  reminder_to: to,
}: Pick<WorkspaceRow, "reminder_from" | "reminder_to">): ReminderHours =>
  from === null || to === null ? null : { from, to };

/** A workspace as the API shows it. */
export function presentWorkspace(row: WorkspaceRow): Workspace {
  const keywords = keywordsOf(row);
  return {
    id: row.workspace_id,
    name: row.name,
    country: row.country,
    time_zone: row.time_zone,
    language: row.language,
    opt_out_text: row.opt_out_text,
    help_text: row.help_text,
    opt_out_confirmation: row.opt_out_confirmation,
    opt_in_confirmation: row.opt_in_confirmation,
    keywords: { stop: [...keywords.stop], start: [...keywords.start], help: [...keywords.help] },
    undo_seconds: row.undo_seconds,
    segment_price: row.segment_price,
    frequency_cap: frequencyCapOf(row),
    workflow_sender: row.workflow_sender,
    reminder_hours: reminderHoursOf(row),
    cancel_limit_minutes: row.cancel_limit_minutes,
    customer_access: row.customer_access,
    created_at: row.created_at.toISOString(),
  };
}

/** 422 unless the zone is in the IANA database: an offset like +02:00 has no summer time. */
export function checkTimeZone(timeZone: string, field: string): void {
  if (!/^[+-]|^Etc\/Unknown$/.test(timeZone)) {
    try {
      new Intl.DateTimeFormat("en", { timeZone });
      return;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw invalid("unknown_time_zone", `${timeZone} is not an IANA time zone, like Europe/Oslo.`, field, timeZone);
}

const regions = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
// Regions of CLDR that are not countries of ISO 3166-1: reserved, grouping and test codes.
const notCountries = new Set(["EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"]);

/** 422 unless the two letters are a country of ISO 3166-1. */
export function checkCountry(country: string, field: string): void {
  if (!notCountries.has(country) && regions.of(country) !== undefined) return;
  throw invalid("unknown_country", `${country} is not a country of ISO 3166-1, like NO.`, field, country);
}
