/** A workspace's quiet hours: the switch, and its own rules in place of the defaults. */
import { sql } from "kysely";
import type { MessageClass } from "../../contract/messages.ts";
import { rulesWith } from "../../rules/quiet-hours-defaults.ts";
import type { QuietHoursRule } from "../../rules/quiet-hours.ts";
import type { Tx } from "../kit/db.ts";

export interface QuietHoursState {
  enabled: boolean;
  /** The zone of recipients about whom nothing is known. */
  time_zone: string;
}

/** Whether quiet hours are switched on. With `lock`, others who change them wait. */
export async function readQuietHoursState(
  tx: Tx,
  workspaceId: string,
  { lock = false } = {},
): Promise<QuietHoursState> {
  const { rows } = await sql<QuietHoursState>`
    select quiet_hours as enabled, time_zone from workspaces where workspace_id = ${workspaceId}
    ${lock ? sql`for update` : sql``}`.execute(tx);
  return rows[0] ?? { enabled: false, time_zone: "UTC" };
}

/** The rules that apply, defaults included; of one class where it is given. */
export async function readQuietHoursRules(
  tx: Tx,
  workspaceId: string,
  messageClass?: MessageClass,
): Promise<QuietHoursRule[]> {
  const ofClass = messageClass === undefined ? sql`` : sql`and class = ${messageClass}`;
  const { rows } = await sql<QuietHoursRule>`
    select country, class, opens as from, closes as to, sundays, holidays, source, source_date::text
    from quiet_hours_rules where workspace_id = ${workspaceId} ${ofClass}`.execute(tx);
  const rules = rulesWith(rows);
  return messageClass === undefined ? rules : rules.filter((rule) => rule.class === messageClass);
}

/** Stores rules in place of those for the same country and class. */
export async function replaceRules(tx: Tx, workspaceId: string, rules: readonly QuietHoursRule[]): Promise<void> {
  if (rules.length === 0) return;
  const column = <K extends keyof QuietHoursRule>(key: K) => rules.map((rule) => rule[key]);
  await sql`
    insert into quiet_hours_rules as r
      (workspace_id, country, class, opens, closes, sundays, holidays, source, source_date)
    select w.workspace_id, given.* from workspaces w, unnest(${column("country")}::text[],
      ${column("class")}::message_class[], ${column("from")}::text[], ${column("to")}::text[],
      ${column("sundays")}::boolean[], ${column("holidays")}::boolean[], ${column("source")}::text[],
      ${column("source_date")}::date[]) as given
    where w.workspace_id = ${workspaceId}
    on conflict (workspace_id, country, class) do update set opens = excluded.opens, closes = excluded.closes,
      sundays = excluded.sundays, holidays = excluded.holidays, source = excluded.source,
      source_date = excluded.source_date`.execute(tx);
}

/** Removes a workspace's own rules, so that the defaults apply. */
export async function removeRules(
  tx: Tx,
  workspaceId: string,
  rules: readonly Pick<QuietHoursRule, "country" | "class">[],
): Promise<void> {
  if (rules.length === 0) return;
  await sql`
    delete from quiet_hours_rules where workspace_id = ${workspaceId}
      and (country, class) in (select * from unnest(${rules.map((rule) => rule.country)}::text[],
        ${rules.map((rule) => rule.class)}::message_class[]))`.execute(tx);
}

/**
 * Stores the switch as somebody decided it. With `changed`, texts that wait are looked at again, within a minute, by the rules as they
 * are then.
 */
export async function storeSwitch(
  tx: Tx,
  workspaceId: string,
  { enabled, changed }: { enabled: boolean; changed: Date | null },
): Promise<void> {
  await sql`
    update workspaces set quiet_hours = ${enabled}, quiet_hours_notice = null
      ${changed === null ? sql`` : sql`, quiet_hours_changed_at = ${changed}`}
    where workspace_id = ${workspaceId}`.execute(tx);
}

/** Switches quiet hours on with a workspace's first carrier, once. Answers whether they were off. */
export async function switchOnWithCarrier(tx: Tx, workspaceId: string, at: Date): Promise<boolean> {
  const { rows } = await sql<{ enabled: boolean; settled: boolean }>`
    select quiet_hours as enabled, quiet_hours_settled as settled from workspaces
    where workspace_id = ${workspaceId} for update`.execute(tx);
  const [row] = rows;
  if (!row || row.settled) return false;
  const notice = row.enabled ? null : "switched_on";
  await sql`
    update workspaces set quiet_hours = true, quiet_hours_settled = true, quiet_hours_notice = ${notice},
      quiet_hours_changed_at = ${at}
    where workspace_id = ${workspaceId}`.execute(tx);
  return !row.enabled;
}
