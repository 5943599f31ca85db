/**
 * Which carrier a text is handed to: its sender's own, or one that stands in for the recipient's country.
 *
 * Another is only asked when the one before surely did not take the text: it is disabled, it has been down for a while, or
 * it said that it cannot carry this text. What nobody knows about is never offered to another: that could be twice.
 */
import { parsePhoneNumber } from "../../rules/phone-number.ts";
import type { Carrier, Carriers } from "../carriers/carrier.ts";
import type { LaneRow } from "./lanes-store.ts";

/** Numbers in the ledger carry their country code. */
const noCountry = "001";

type Routed = Pick<LaneRow, "workspace_id" | "carrier_id" | "routes">;

/** Carriers that said of a text that they cannot carry it, by message id; kept while the lane is. */
export type Declined = Map<string, Set<string | null>>;

/** The sender's own carrier, then those that stand in, in their order. */
export function carriersInTurn({ carrier_id, routes }: Routed, number: string): (string | null)[] {
  if (!routes) return [carrier_id];
  const parsed = parsePhoneNumber(number, noCountry);
  const country = "number" in parsed ? parsed.country : null;
  const standIns = (country ? routes[country] : undefined) ?? routes["*"] ?? [];
  return [carrier_id, ...standIns.filter((id) => id !== carrier_id)];
}

/** The carrier for a text right now, or null while none of them can be asked. */
export function chooseCarrier(
  carriers: Carriers,
  lane: Routed,
  text: { message_id: string; number: string },
  declined: Declined,
): Carrier | null {
  let down: Carrier | null = null;
  for (const id of carriersInTurn(lane, text.number)) {
    const carrier = carriers.get(lane.workspace_id, id);
    if (!carrier || declined.get(text.message_id)?.has(id)) continue;
    if (!carriers.isDown(lane.workspace_id, id)) return carrier;
    down ??= carrier;
  }
  return down;
}

/** Whether somebody else is left to ask after `by` declined a text; remembers that it did. */
export function decline(
  carriers: Carriers,
  lane: Routed,
  text: { message_id: string; number: string },
  by: Carrier,
  declined: Declined,
): boolean {
  const refusals = declined.get(text.message_id) ?? new Set();
  refusals.add(by.id);
  declined.set(text.message_id, refusals);
  if (chooseCarrier(carriers, lane, text, declined)) return true;
  declined.delete(text.message_id);
  return false;
}

/** The lane's rate: the sender's own, or what its carrier allows a sender of its kind; null: no limit. */
export function rateOf(carriers: Carriers, lane: LaneRow): number | null {
  if (lane.rate_per_second !== null) return lane.rate_per_second;
  const ids = [lane.carrier_id, ...Object.values(lane.routes ?? {}).flat()];
  // While one stands in, the slowest of them all counts: which of them takes the next text is not known yet.
  const asked = carriers.isDown(lane.workspace_id, lane.carrier_id) ? ids : [lane.carrier_id];
  const rates = asked.map((id) => {
    const limits = carriers.get(lane.workspace_id, id)?.limits;
    return (limits?.rateOf ? limits.rateOf(lane) : limits?.rates[lane.kind]) ?? null;
  });
  const limited = rates.filter((rate) => rate !== null);
  return limited.length === 0 ? null : Math.min(...limited);
}
