/** The background job of campaigns. */
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import type { JobHandler } from "../kit/jobs.ts";
import type { LiveUpdates } from "../kit/live-updates.ts";
import type { Logger } from "../kit/log.ts";
import type { ShortLinks } from "../links/short-links.ts";
import { prepareCampaign } from "./prepare-campaign.ts";
import { prepareJob } from "./send-campaign.ts";

/** Handlers by job name. Call `resumeCampaigns` once after a start, before or after they run. */
export function campaignJobs(services: {
  db: Db;
  clock: Clock;
  liveUpdates: Pick<LiveUpdates, "publish">;
  shortLinks: ShortLinks;
  log: Pick<Logger, "warn" | "error">;
}): Record<string, JobHandler> {
  return {
    [prepareJob]: (payload: { workspace_id: string; id: string }, signal) => prepareCampaign(services, payload, signal),
  };
}
