import type { z } from "zod";
import type { QuietHours, quietHours } from "../../contract/quiet-hours.ts";
import { isLikeDefault, isPlaceOfRules, ruleKey } from "../../rules/quiet-hours-defaults.ts";
import type { QuietHoursRule } from "../../rules/quiet-hours.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import { invalid } from "../kit/errors.ts";
import type { Handlers } from "../kit/http.ts";
import {
  readQuietHoursRules,
  readQuietHoursState,
  removeRules,
  replaceRules,
  storeSwitch,
} from "../workspaces/quiet-hours-store.ts";
import { checkCountry } from "../workspaces/workspace.ts";
import { recordChange } from "./audit-events.ts";

interface Services {
  db: Db;
  clock: Clock;
}

/** The calls on /quiet-hours. */
export function quietHoursRoutes({ db, clock }: Services): Handlers<typeof quietHours> {
  return {
    async get({ actor: { workspaceId } }) {
      return db.inWorkspace(workspaceId, (tx) => readQuietHours(tx, workspaceId));
    },
    async update({ actor: { workspaceId }, body }) {
      return db.inWorkspace(workspaceId, (tx) => changeQuietHours(tx, workspaceId, body, clock.now()));
    },
  };
}

async function readQuietHours(tx: Tx, workspaceId: string): Promise<QuietHours> {
  const { enabled } = await readQuietHoursState(tx, workspaceId);
  return { enabled, rules: await readQuietHoursRules(tx, workspaceId) };
}

type Change = z.output<typeof quietHours.update.body>;

async function changeQuietHours(tx: Tx, workspaceId: string, change: Change, at: Date): Promise<QuietHours> {
  const rules = readRules(change.rules ?? []);
  await readQuietHoursState(tx, workspaceId, { lock: true });
  const before = await readQuietHours(tx, workspaceId);
  const [like, own] = [rules.filter(isLikeDefault), rules.filter((rule) => !isLikeDefault(rule))];
  await removeRules(tx, workspaceId, like);
  await replaceRules(tx, workspaceId, own);
  const enabled = change.enabled ?? before.enabled;
  const after = { enabled, rules: await readQuietHoursRules(tx, workspaceId) };
  const changed = JSON.stringify(before) !== JSON.stringify(after);
  await storeSwitch(tx, workspaceId, { enabled, changed: changed ? at : null });
  const target = { type: "quiet_hours", id: workspaceId };
  const event = { workspaceId, at, action: "quiet_hours.updated", target } as const;
  await recordChange(tx, event, fieldsOf(before), fieldsOf(after));
  return after;
}

/** The rules of a call. 422 for a place that does not exist, and for one that is there twice for a class. */
function readRules(given: NonNullable<Change["rules"]>): QuietHoursRule[] {
  const seen = new Set<string>();
  return given.map((rule, i) => {
    const { country } = rule;
    if (country.length === 2) checkCountry(country, `rules.${i}.country`);
    else if (!isPlaceOfRules(country)) {
      const message = `${country} is not a state of the United States, like US-FL.`;
      throw invalid("unknown_country", message, `rules.${i}.country`, country);
    }
    if (seen.has(ruleKey(rule))) {
      throw invalid("duplicate_rule", `${country} is there twice for ${rule.class}.`, `rules.${i}.country`, country);
    }
    seen.add(ruleKey(rule));
    return { ...rule, source: rule.source || null, source_date: rule.source_date ?? null };
  });
}

/** A field for each rule, so that the log shows those that changed. */
function fieldsOf({ enabled, rules }: QuietHours): Record<string, unknown> {
  const hours = (rule: QuietHoursRule) => [
    `${rule.from}–${rule.to}`,
    ...(rule.sundays ? ["sundays"] : []),
    ...(rule.holidays ? ["holidays"] : []),
  ];
  return { enabled, ...Object.fromEntries(rules.map((rule) => [ruleKey(rule), hours(rule).join(", ")])) };
}
