/** The statuses of bookings: built-in ones, and a workspace's own names, each of which stands for a built-in one. */
import { type BuiltInStatus, builtInStatuses } from "../../contract/booking-places.ts";
import { invisibleCharacters } from "../../rules/blank.ts";
import { fold } from "../../rules/folding.ts";
import { recordChange } from "../accounts/audit-events.ts";
import type { Tx } from "../kit/db.ts";
import { conflict, invalid } from "../kit/errors.ts";
import * as store from "./booking-statuses-store.ts";

/** A status's name as it is stored, and what it means. */
export type Status = store.StatusRow;

/** The workspace's own names. */
export const readStatuses = store.selectStatuses;

/** What a name stands for, with its own spelling; undefined for one that is neither built in nor among `own`. */
export function standsFor(name: string, own: readonly Status[]): Status | undefined {
  const builtIn = builtInOf(name);
  if (builtIn) return { name: builtIn, stands_for: builtIn };
  const key = keyOf(name);
  return own.find((status) => keyOf(status.name) === key);
}

/**
 * Replaces the workspace's own names; a built-in one that stands for itself needs no entry. 422 for a name that is given twice, or is
 * built in and would stand for another; 409 `status_in_use` where it stands for another in bookings that have it.
 */
export async function replaceStatuses(
  tx: Tx,
  workspaceId: string,
  given: readonly Status[],
  at: Date,
): Promise<Status[]> {
  const wanted = given.filter(({ name, stands_for }) => builtInOf(name) !== stands_for);
  for (const { name } of wanted) {
    if (builtInOf(name)) throw invalid("built_in_status", `${name} is built in and stands for itself.`, "items", name);
    if (wanted.filter((other) => keyOf(other.name) === keyOf(name)).length > 1)
      throw invalid("status_twice", `${name} is given twice.`, "items", name);
  }
  await store.lockStatuses(tx, workspaceId);
  for (const used of await store.selectStatusesOfBookings(tx, workspaceId)) {
    const wantedToo = wanted.find(({ name }) => keyOf(name) === keyOf(used.name));
    if (!wantedToo || wantedToo.stands_for === used.stands_for) continue;
    const message = `There are bookings with the status ${used.name}, where it stands for ${used.stands_for}.`;
    throw conflict("status_in_use", message, { field: "items", value: wantedToo.name });
  }
  const before = await readStatuses(tx, workspaceId);
  await store.replaceStatuses(tx, workspaceId, wanted);
  const event = { workspaceId, at, action: "booking_statuses.updated", target: { type: "booking_statuses" } } as const;
  await recordChange(tx, event, { items: before }, { items: wanted });
  return readStatuses(tx, workspaceId);
}

const builtIn = new Map<string, BuiltInStatus>(builtInStatuses.map((status) => [status, status]));
/** Most names are written as they are stored. */
const builtInOf = (name: string) => builtIn.get(name) ?? builtIn.get(keyOf(name));

/** Names are compared without regard to case, accents and invisible characters. */
function keyOf(name: string): string {
  const written = [...name].map((character) => (invisibleCharacters.includes(character) ? " " : character));
  return fold(written.join("")).replace(/ +/g, " ").trim();
}

/** What a caller's status is as a booking has it; 422 `unknown_status` on `field` where there is none of that name. */
export async function requireStatus(
  tx: Tx,
  workspaceId: string,
  name: string,
  field: string,
): Promise<{ status: string; stands_for: BuiltInStatus }> {
  const found = builtInOf(name) ? standsFor(name, []) : standsFor(name, await readStatuses(tx, workspaceId));
  if (found) return { status: found.name, stands_for: found.stands_for };
  const message = `There is no status "${name}". There are ${builtInStatuses.join(", ")}, and the workspace's own names.`;
  throw invalid("unknown_status", message, field, name);
}
