/** Alerts about what is wrong, shown in the app and sent by mail and webhook. */
import type { Running, Services, StartServices } from "../kit/services.ts";
import { alertJobs, alertPeriodicJobs } from "./alerts-jobs.ts";
import { alertsRoutes } from "./alerts-routes.ts";
import { startAlertWatch } from "./watch.ts";

export const alertsModule = {
  routes: (services: Services) => ({ alerts: alertsRoutes(services) }),
  jobs: alertJobs,
  periodic: alertPeriodicJobs,
  /** In every process, so that the others notice when no worker is left. */
  start: async (services: StartServices): Promise<Running> => startAlertWatch(services),
};
