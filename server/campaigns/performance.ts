/** A campaign's results over time, from the roll-up by minute. */
import { sql } from "kysely";
import type { z } from "zod";
import type { campaigns } from "../../contract/campaigns.ts";
import { type SeriesStep, seriesStep, stepStart } from "../../rules/series-step.ts";
import type { Tx } from "../kit/db.ts";
import { clicksByLink, clicksOfSource } from "../links/link-figures.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
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
/** Statuses that are their own reason. */
const reasonOf: Record<string, string> = { expired: "expired", lapsed: "expired", cancelled: "cancelled" };
const givenBack = new Set<string>(notDelivered);

/** Counts, rates, reasons and a series without the steps in which nothing happened. */
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
    const why = reason || reasonOf[status] || "unknown";
    reasons[why] = (reasons[why] ?? 0) + n;
  }
  const { time_zone } = await getWorkspace(tx, workspaceId);
  const shown = rows.filter(({ status }) => fieldOf(status) !== null);
  const step = seriesStep(shown[0]?.minute.getTime() ?? 0, shown.at(-1)?.minute.getTime() ?? 0);
  const { people, robots } = await clicksOfSource(tx, workspaceId, { type: sourceType, id });
  const { recipients, sent, not_sent, delivered, not_delivered } = countsOf(campaign, entered);
  // Who was to get it, and was not prepared before it was cancelled, has no message.
  const unprepared = campaign.status === "cancelled" ? recipients - (entered.queued ?? 0) : 0;
  if (unprepared > 0) reasons.cancelled = (reasons.cancelled ?? 0) + unprepared;
  return {
    sent,
    not_sent,
    delivered,
    not_delivered,
    clicked: people,
    clicked_people: people,
    robot_clicks: robots,
    opted_out: entered.opted_out ?? 0,
    // A receipt may be counted before its message's submission.
    delivery_rate: sent === 0 ? null : Math.min(1, delivered / sent),
    click_rate: sent === 0 ? null : Math.min(1, people / sent),
    reasons,
    series_step: step,
    series: seriesOf(shown, step, time_zone),
  };
}

/** Clicks by link. 404 when there is no such campaign. */
export async function campaignClicks(
  tx: Tx,
  workspaceId: string,
  id: string,
): Promise<z.output<typeof campaigns.clicks.answer>> {
  await getCampaign(tx, workspaceId, id);
  return { items: await clicksByLink(tx, workspaceId, { type: sourceType, id }) };
}

type Point = Performance["series"][number];

function fieldOf(status: string): Exclude<keyof Point, "at"> | null {
  if (givenBack.has(status)) return "not_delivered";
  return status === "sent" || status === "delivered" ? status : null;
}

function seriesOf(rows: MinuteCount[], step: SeriesStep, timeZone: string): Point[] {
  const points = new Map<number, Point>();
  for (const { minute, status, n } of rows) {
    const field = fieldOf(status);
    if (field === null) continue;
    const at = stepStart(minute.getTime(), step, timeZone);
    const nothing = () => ({ at: new Date(at).toISOString(), sent: 0, delivered: 0, not_delivered: 0 });
    points.getOrInsertComputed(at, nothing)[field] += n;
  }
  return [...points.values()];
}
