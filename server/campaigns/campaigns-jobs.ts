/** What campaigns do by themselves. */
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import type { JobHandler, Jobs, PeriodicJob } from "../kit/jobs.ts";
import type { Logger } from "../kit/log.ts";
import type { News } from "../kit/news.ts";
import { finishCampaigns } from "./finish-campaigns.ts";
import { prepareCampaign } from "./prepare-campaign.ts";
import { finishJob, prepareJob } from "./send-campaign.ts";

/** Handlers by job name. Call `resumeCampaigns` once after a start, before or after they run. */
export function campaignJobs(services: {
  db: Db;
  clock: Clock;
  jobs: Jobs;
  news: Pick<News, "tell">;
  log: Pick<Logger, "warn" | "error">;
}): Record<string, JobHandler> {
  return {
    [prepareJob]: (payload: { workspace_id: string; id: string }, signal) => prepareCampaign(services, payload, signal),
    [finishJob]: () => finishCampaigns(services),
  };
}

/** The sweep comes again by itself while campaigns are under way; this finds it again should it ever be lost. */
export const campaignPeriodicJobs: PeriodicJob[] = [{ name: finishJob, pattern: "* * * * *" }];
