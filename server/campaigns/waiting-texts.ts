/** How many texts of a campaign would wait for quiet hours, and how many would expire meanwhile. */
import type { Finding } from "../../contract/campaigns.ts";
import type { Audience } from "../audience/audience.ts";
import { countPlaces, type Place } from "../audience/places.ts";
import type { SuppressionRule } from "../audience/suppress.ts";
import type { Tx } from "../kit/db.ts";
import { deferralOf } from "../messages/send/deferral.ts";
import type { WorkspaceRow } from "../workspaces/workspace.ts";

export interface WaitingTexts {
  /** Texts that wait and then leave. */
  wait: number;
  /** ISO 8601 instants: when the first and the last of those that do not expire may leave; null where all expire. */
  first: string | null;
  last: string | null;
  /** Those whose validity ends before. */
  expire: number;
}

/** When a campaign begins. */
export interface Beginning {
  at: Date;
  /** For a time of each recipient, theirs, if that is later. */
  momentOf: ((place: Pick<Place, "number" | "time_zone">) => Date) | null;
}

/** Null where none waits. `validity` in seconds. */
export async function countWaiting(
  tx: Tx,
  workspace: WorkspaceRow,
  rule: SuppressionRule,
  audience: Audience,
  { at, momentOf, validity }: Beginning & { validity: number },
): Promise<WaitingTexts | null> {
  const deferral = await deferralOf(tx, workspace, rule.class);
  if (!deferral) return null;
  const opens: number[] = [];
  let [wait, expire] = [0, 0];
  for (const { recipients, ...place } of await countPlaces(tx, rule, audience)) {
    const own = momentOf?.(place);
    const begins = own && own > at ? own : at;
    const next = deferral.notBefore(place, begins)?.getTime();
    if (next === undefined) continue;
    if (next < begins.getTime() + validity * 1_000) {
      opens.push(next);
      wait += recipients;
    } else expire += recipients;
  }
  if (wait + expire === 0) return null;
  const instant = (of: (...opens: number[]) => number) =>
    opens.length > 0 ? new Date(of(...opens)).toISOString() : null;
  return { wait, first: instant(Math.min), last: instant(Math.max), expire };
}

/** The warnings of a review. */
export function waitingWarnings(waiting: WaitingTexts | null): Finding[] {
  if (!waiting) return [];
  const { wait, first, last, expire } = waiting;
  const findings: Finding[] = [];
  if (wait > 0) {
    const until = first === last ? `until ${first}` : `from ${first} to ${last}`;
    const message = `${wait} of the texts wait for the quiet hours of their recipients to end, ${until}.`;
    findings.push({ code: "quiet_hours", message, field: null, value: waiting });
  }
  if (expire > 0) {
    const message = `${expire} of the texts would expire before the quiet hours of their recipients end. Send at another time, or let texts be valid for longer.`;
    findings.push({ code: "quiet_hours_expire", message, field: "validity_seconds", value: waiting });
  }
  return findings;
}
