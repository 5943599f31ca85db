/** How a campaign did, from the roll-up by minute. */
import { sql } from "kysely";
import type { z } from "zod";
import type { campaigns } from "../../contract/campaigns.ts";
import type { Tx } from "../kit/db.ts";
import { sourceType } from "./campaign.ts";
import { countsOf, type Entered, notDelivered, notSent } from "./counts.ts";
import { getCampaign } from "./edit-campaign.ts";

type Performance = z.output<typeof campaigns.performance.answer>;

interface MinuteCount {
  minute: Date;
  status: string;
  reason: string;
  n: number;
}

const unhappy = new Set<string>([...notSent, ...notDelivered]);
const givenBack = new Set<string>(notDelivered);

/** Counts, rates, reasons and a series by minute; minutes in which nothing happened are left out. */
export async function campaignPerformance(tx: Tx, workspaceId: string, id: string): Promise<Performance> {
  const campaign = await getCampaign(tx, workspaceId, id);
  const { rows } = await sql<MinuteCount>`
    select minute, status, reason, n from message_counts
    where workspace_id = ${workspaceId} and source_type = ${sourceType} and source_id = ${id}
    order by minute`.execute(tx);
  const entered: Entered = {};
  const reasons: Record<string, number> = {};
  for (const { status, reason, n } of rows) {
    entered[status] = (entered[status] ?? 0) + n;
    if (!unhappy.has(status)) continue;
    const why = reason || (status === "expired" || status === "lapsed" ? "expired" : "unknown");
    reasons[why] = (reasons[why] ?? 0) + n;
  }
  const { sent, not_sent, delivered, not_delivered } = countsOf(campaign, entered);
  return {
    sent,
    not_sent,
    delivered,
    not_delivered,
    clicked: 0,
    opted_out: entered.opted_out ?? 0,
    // A receipt may be counted before the hand-over that it is for.
    delivery_rate: sent === 0 ? null : Math.min(1, delivered / sent),
    click_rate: sent === 0 ? null : 0,
    reasons,
    series: seriesOf(rows),
  };
}

function seriesOf(rows: MinuteCount[]): Performance["series"] {
  const minutes = new Map<number, Performance["series"][number]>();
  for (const { minute, status, n } of rows) {
    const field = givenBack.has(status) ? "not_delivered" : status;
    if (field !== "sent" && field !== "delivered" && field !== "not_delivered") continue;
    const at = minute.getTime();
    const point = minutes.get(at) ?? { at: minute.toISOString(), sent: 0, delivered: 0, not_delivered: 0 };
    point[field] += n;
    minutes.set(at, point);
  }
  return [...minutes.values()];
}
