/** Campaigns: marketing texts to many contacts. */
import type { DueServices, Services, StartServices } from "../kit/services.ts";
import { createShortLinks } from "../links/short-links.ts";
import { sourceType } from "./campaign.ts";
import { campaignJobs } from "./campaigns-jobs.ts";
import { campaignsRoutes } from "./campaigns-routes.ts";
import { editorsRoutes } from "./editors-routes.ts";
import { dueCampaigns, resumeCampaigns } from "./finish-campaigns.ts";
import { presentSent } from "./present-campaigns.ts";
import { prepareJob } from "./send-campaign.ts";

export const campaignsModule = {
  routes: (services: Services) => ({ campaigns: campaignsRoutes(services), editors: editorsRoutes(services) }),
  jobs: (services: Services) => campaignJobs({ ...services, shortLinks: createShortLinks(services.config) }),
  kinds: { [prepareJob]: "preparations" } as const,
  due: (services: DueServices) => dueCampaigns({ ...services, shortLinks: createShortLinks(services.config) }),
  topics: { [sourceType]: "campaign" } as const,
  presents: { "campaign.sent": presentSent },
  async start({ jobsDb, jobs, config }: StartServices) {
    if (config.roles.has("worker")) await resumeCampaigns({ db: jobsDb, jobs });
  },
};
