/** Campaigns: marketing texts to many contacts. */
import type { Services, StartServices } from "../kit/services.ts";
import { campaignJobs, campaignPeriodicJobs } from "./campaigns-jobs.ts";
import { campaignsRoutes } from "./campaigns-routes.ts";
import { resumeCampaigns } from "./finish-campaigns.ts";

export const campaignsModule = {
  routes: (services: Services) => ({ campaigns: campaignsRoutes(services) }),
  jobs: campaignJobs,
  periodic: campaignPeriodicJobs,
  async start({ jobsDb, jobs, config }: StartServices) {
    if (config.roles.has("worker")) await resumeCampaigns({ db: jobsDb, jobs });
  },
};
