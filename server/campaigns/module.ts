/** Campaigns: marketing texts to many contacts. */
import type { Services, StartServices } from "../kit/services.ts";
import { campaignJobs } from "./campaigns-jobs.ts";
import { campaignsRoutes } from "./campaigns-routes.ts";
import { editorsRoutes } from "./editors-routes.ts";
import { dueCampaigns, resumeCampaigns } from "./finish-campaigns.ts";

export const campaignsModule = {
  routes: (services: Services) => ({ campaigns: campaignsRoutes(services), editors: editorsRoutes(services) }),
  jobs: campaignJobs,
  due: dueCampaigns,
  async start({ jobsDb, jobs, config }: StartServices) {
    if (config.roles.has("worker")) await resumeCampaigns({ db: jobsDb, jobs });
  },
};
