/** Until when a text must wait for the quiet hours of its recipient. */
import { sql } from "kysely";
import type { MessageClass } from "../../../contract/messages.ts";
import { hoursOf, type RecipientPlace } from "../../../rules/recipient-hours.ts";
import type { Tx } from "../../kit/db.ts";
import { readQuietHoursRules, readQuietHoursState } from "../../workspaces/quiet-hours-store.ts";
import type { WorkspaceRow } from "../../workspaces/workspace.ts";

export interface Deferral {
  /** The first instant at which a text to this recipient may leave; null where it may at `at`. */
  notBefore(recipient: RecipientPlace, at: Date): Date | null;
}

/** The workspace's quiet hours for texts of a class; null where they are switched off, or no rule is for the class. */
export async function readDeferral(tx: Tx, workspaceId: string, messageClass: MessageClass): Promise<Deferral | null> {
  const { enabled, time_zone } = await readQuietHoursState(tx, workspaceId);
  return deferralOf(tx, { workspace_id: workspaceId, quiet_hours: enabled, time_zone }, messageClass);
}

/** The same of a workspace that was read; no statement where quiet hours are off. */
export async function deferralOf(
  tx: Tx,
  { workspace_id, quiet_hours, time_zone }: Pick<WorkspaceRow, "workspace_id" | "quiet_hours" | "time_zone">,
  messageClass: MessageClass,
): Promise<Deferral | null> {
  if (!quiet_hours) return null;
  const rules = await readQuietHoursRules(tx, workspace_id, messageClass);
  return rules.length === 0 ? null : { notBefore: hoursOf(rules, time_zone) };
}

/** The columns of `contacts c` that say where a contact is. The state of the address is the property of that name. */
export const placeColumns = sql`c.time_zone, c.properties ->> 'state' as state`;

/** Where these contacts are, by id. */
export async function readPlaces(
  tx: Tx,
  workspaceId: string,
  ids: readonly string[],
): Promise<Map<string, Omit<RecipientPlace, "number">>> {
  const { rows } = await sql<{ id: string; time_zone: string | null; state: string | null }>`
    select c.id, ${placeColumns} from contacts c
    where c.workspace_id = ${workspaceId} and c.id = any(${`{${ids.join(",")}}`}::uuid[])`.execute(tx);
  return new Map(rows.map(({ id, ...place }) => [id, place]));
}
