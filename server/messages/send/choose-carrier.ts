/**
 * Which carrier a text is submitted to: its sender's own, or a fallback for the recipient's country.
 *
 * The next one is used only when the one before certainly did not take the text: it is disabled, it has been down for a while, or
 * it answered that it cannot carry this text. A text with an unknown outcome is never offered to another: it could go twice.
 */
import { parsePhoneNumber } from "../../../rules/phone-number.ts";
import type { Carrier, Carriers } from "../../carriers/carrier.ts";
import type { LaneRow } from "../dispatch/lanes-store.ts";

/** Numbers in the ledger carry their country code. */
const noCountry = "001";

type Routed = Pick<LaneRow, "workspace_id" | "carrier_id" | "routes">;

/** The carriers that refused each text as one for others, by message id; kept while the lane is held. */
export type RejectedBy = Map<string, Set<string | null>>;

/** The sender's own carrier, then the fallbacks in their order. */
export function carriersInTurn({ carrier_id, routes }: Routed, number: string): (string | null)[] {
  if (!routes) return [carrier_id];
  const parsed = parsePhoneNumber(number, noCountry);
  const country = "number" in parsed ? parsed.country : null;
  const fallbacks = (country ? routes[country] : undefined) ?? routes["*"] ?? [];
  return [carrier_id, ...fallbacks.filter((id) => id !== carrier_id)];
}

/** The carrier for a text right now, or null while none is available. */
export function chooseCarrier(
  carriers: Carriers,
  lane: Routed,
  text: { message_id: string; number: string },
  rejectedBy: RejectedBy,
): Carrier | null {
  let down: Carrier | null = null;
  for (const id of carriersInTurn(lane, text.number)) {
    const carrier = carriers.get(lane.workspace_id, id);
    if (!carrier || rejectedBy.get(text.message_id)?.has(id)) continue;
    if (!carriers.isDown(lane.workspace_id, id)) return carrier;
    down ??= carrier;
  }
  return down;
}

/** Whether another carrier is left after `by` refused a text; remembers the refusal. */
export function noteRejection(
  carriers: Carriers,
  lane: Routed,
  text: { message_id: string; number: string },
  by: Carrier,
  rejectedBy: RejectedBy,
): boolean {
  const refusals = rejectedBy.get(text.message_id) ?? new Set();
  refusals.add(by.id);
  rejectedBy.set(text.message_id, refusals);
  if (chooseCarrier(carriers, lane, text, rejectedBy)) return true;
  rejectedBy.delete(text.message_id);
  return false;
}

/** The lane's rate: the sender's own, or what its carrier allows a sender of its kind; null: no limit. */
export function rateOf(carriers: Carriers, lane: LaneRow): number | null {
  if (lane.rate_per_second !== null) return lane.rate_per_second;
  const ids = [lane.carrier_id, ...Object.values(lane.routes ?? {}).flat()];
  // With fallbacks the slowest carrier counts: which of them takes the next text is not known yet.
  const asked = carriers.isDown(lane.workspace_id, lane.carrier_id) ? ids : [lane.carrier_id];
  const rates = asked.map((id) => {
    const limits = carriers.get(lane.workspace_id, id)?.limits;
    return (limits?.rateOf ? limits.rateOf(lane) : limits?.rates[lane.kind]) ?? null;
  });
  const limited = rates.filter((rate) => rate !== null);
  return limited.length === 0 ? null : Math.min(...limited);
}
