/**
 * Workflows: when this happens to a booking, do that.
 *
 * occasion    a workflow that fires for a booking, once: a change, or a moment of the booking's start
 * occurrence  what tells occasions of one workflow and booking apart: when the change happened, or the start that the moment belongs to
 * decision    what was decided for one recipient of one action on one occasion; there is one at most
 */
import type { ActionWithId, Trigger, When } from "../../../contract/workflows.ts";
import type { Timing } from "../../../rules/booking-moments.ts";
import { registerMailSource } from "../../mail/mail-sources.ts";
import { registerSourceType } from "../../quota/source-types.ts";

/** What texts and mails of workflows are sent for, in the ledgers. */
export const sourceType = registerSourceType("workflow", "unasked");
/** A test of a text, to a number that was chosen. */
export const testSource = registerSourceType("test", "asked");
registerMailSource({ type: testSource });

/** An action as it is stored: its id stays when others are added or moved. */
export type StoredAction = ActionWithId & { id: string };

/** A row of `workflows`. */
export interface WorkflowRow {
  workspace_id: string;
  id: string;
  name: string;
  enabled: boolean;
  trigger: Trigger;
  unit: Timing["unit"] | null;
  count: number | null;
  at_time: string | null;
  when: When;
  do: StoredAction[];
  ask_for_reply: boolean;
  merge: boolean;
  enabled_at: Date | null;
  also_ahead: boolean;
  revision: number;
  sent_count: number;
  last_sent_at: Date | null;
  deleted_at: Date | null;
  created_by: string | null;
  created_at: Date;
  updated_at: Date;
}

/** When a timed workflow fires; null for one that fires on a change. */
export function timingOf({
  trigger,
  unit,
  count,
  at_time: at,
}: Pick<WorkflowRow, "trigger" | "unit" | "count" | "at_time">): Timing | null {
  if ((trigger !== "before_start" && trigger !== "after_end") || unit === null || count === null) return null;
  return { trigger, unit, count, at };
}
