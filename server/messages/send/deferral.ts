/** Until when a text must wait for the quiet hours of its recipient. */
import type { MessageClass } from "../../../contract/messages.ts";
import { hoursOf, type RecipientPlace } from "../../../rules/recipient-hours.ts";
import type { Tx } from "../../kit/db.ts";
import { readQuietHoursRules, readQuietHoursState } from "../../workspaces/quiet-hours-store.ts";

export interface Deferral {
  /** The first instant at which a text to this recipient may leave; null where it may at `at`. */
  notBefore(recipient: RecipientPlace, at: Date): Date | null;
}

/** The workspace's quiet hours for texts of a class; null where they are switched off, or no rule is for the class. */
export async function readDeferral(tx: Tx, workspaceId: string, messageClass: MessageClass): Promise<Deferral | null> {
  const { enabled, time_zone } = await readQuietHoursState(tx, workspaceId);
  if (!enabled) return null;
  const rules = await readQuietHoursRules(tx, workspaceId, messageClass);
  return rules.length === 0 ? null : { notBefore: hoursOf(rules, time_zone) };
}
