/** Quiet hours at a claim: texts that were queued while they could leave, and whose turn comes after the hours have begun. */
import type { MessageClass } from "../../../contract/messages.ts";
import type { Tx } from "../../kit/db.ts";
import { isUnasked } from "../../quota/source-types.ts";
import { type Deferral, readDeferral, readPlaces } from "../send/deferral.ts";
import type { LaneKey } from "./lanes-store.ts";
import type { Claimed, ClaimedMessage } from "./queue-store.ts";

/** Rules of a workspace that were read at `at`. */
export interface LaneHours {
  at: Date;
  of: Record<MessageClass, Deferral | null>;
}

/** Milliseconds that rules are used after they were read. Whether quiet hours are on is read with each claim. */
const readEvery = 5_000;

/** A function that answers until when a claimed text must wait; null where it may leave. Reads nothing where quiet hours are off. */
export async function findClosed(
  tx: Tx,
  { workspace_id }: LaneKey,
  state: { hours: LaneHours | null },
  rows: readonly Claimed[],
  at: Date,
): Promise<(row: ClaimedMessage) => Date | null> {
  if (!rows.some((row) => row.quiet_hours)) return () => null;
  if (!state.hours || Math.abs(at.getTime() - state.hours.at.getTime()) >= readEvery) {
    const transactional = await readDeferral(tx, workspace_id, "transactional");
    state.hours = { at, of: { transactional, marketing: await readDeferral(tx, workspace_id, "marketing") } };
  }
  const { of } = state.hours;
  const applies = (row: Claimed): row is ClaimedMessage =>
    row.status === "queued" && of[row.class] !== null && isUnasked(row.source_type);
  const contacts = rows.flatMap((row) => (applies(row) && row.contact_id !== null ? [row.contact_id] : []));
  const places = contacts.length > 0 ? await readPlaces(tx, workspace_id, contacts) : new Map();
  return (row) => {
    if (!applies(row)) return null;
    return of[row.class]?.notBefore({ number: row.number, ...places.get(row.contact_id) }, at) ?? null;
  };
}
