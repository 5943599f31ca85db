/** The background jobs of campaigns. */
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import type { JobHandler, Jobs, PeriodicJob } from "../kit/jobs.ts";
import type { LiveUpdates } from "../kit/live-updates.ts";
import type { Logger } from "../kit/log.ts";
import { finishCampaigns } from "./finish-campaigns.ts";
import { prepareCampaign } from "./prepare-campaign.ts";
import { finishJob, prepareJob } from "./send-campaign.ts";

/** Handlers by job name. Call `resumeCampaigns` once after a start, before or after they run. */
export function campaignJobs(services: {
  db: Db;
  clock: Clock;
  jobs: Jobs;
  liveUpdates: Pick<LiveUpdates, "publish">;
  log: Pick<Logger, "warn" | "error">;
}): Record<string, JobHandler> {
  return {
    [prepareJob]: (payload: { workspace_id: string; id: string }, signal) => prepareCampaign(services, payload, signal),
    [finishJob]: () => finishCampaigns(services),
  };
}

/** The job adds itself again while campaigns are in progress; the schedule restores it in case it is lost. */
export const campaignPeriodicJobs: PeriodicJob[] = [{ name: finishJob, pattern: "* * * * *" }];
