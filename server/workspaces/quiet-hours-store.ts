/** A workspace's quiet hours: the switch, and its own rules in place of the defaults. */
import { sql } from "kysely";
import type { MessageClass } from "../../contract/messages.ts";
import { rulesWith } from "../../rules/quiet-hours-defaults.ts";
import type { QuietHoursRule } from "../../rules/quiet-hours.ts";
import type { Tx } from "../kit/db.ts";
import type { Due } from "../kit/due.ts";

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
      ${changed === null ? sql`` : sql`, quiet_hours_changed_at = ${changed}, quiet_hours_looked_to = null`}
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
      quiet_hours_changed_at = ${at}, quiet_hours_looked_to = null
    where workspace_id = ${workspaceId}`.execute(tx);
  return !row.enabled;
}

/** A workspace whose rules have changed since `at`; waiting texts up to `looked_to` have been looked at again. */
export interface ChangedHours {
  at: Date;
  looked_to: string | null;
}

/** Workspaces whose waiting texts are to be looked at again because of a change before `before`, in all workspaces. */
export async function findChangedHours(
  tx: Tx,
  { before, limit, except }: { before: Date; limit: number; except: readonly string[] },
): Promise<Due[]> {
  const { rows } = await sql<Due>`
    select workspace_id, quiet_hours_changed_at as due_at from workspaces
    where quiet_hours_changed_at <= ${before} and workspace_id <> all(${except}::uuid[])
    order by quiet_hours_changed_at limit ${limit}`.execute(tx);
  return rows;
}

/** Where looking again stands; others who change the rules wait until the transaction ends. Null where nothing is left to do. */
export async function lockChangedHours(tx: Tx, workspaceId: string): Promise<ChangedHours | null> {
  const { rows } = await sql<{ at: Date | null; looked_to: string | null }>`
    select quiet_hours_changed_at as at, quiet_hours_looked_to as looked_to from workspaces
    where workspace_id = ${workspaceId} for update`.execute(tx);
  const [row] = rows;
  return row?.at ? { at: row.at, looked_to: row.looked_to } : null;
}

/** Notes up to where waiting texts have been looked at again; null: all of them. */
export async function moveLookedTo(tx: Tx, workspaceId: string, to: string | null): Promise<void> {
  await sql`
    update workspaces set quiet_hours_looked_to = ${to} ${to === null ? sql`, quiet_hours_changed_at = null` : sql``}
    where workspace_id = ${workspaceId}`.execute(tx);
}
