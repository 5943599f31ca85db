/** Alerts about what is wrong, shown in the app and sent by mail and webhook. */
import type { DueServices, Services } from "../kit/services.ts";
import { alertJobs, alertPeriodicJobs } from "./alerts-jobs.ts";
import { alertsRoutes } from "./alerts-routes.ts";
import { dueAlerts } from "./watch.ts";

export const alertsModule = {
  routes: (services: Services) => ({ alerts: alertsRoutes(services) }),
  jobs: alertJobs,
  periodic: alertPeriodicJobs,
  due: (services: DueServices) => [dueAlerts(services)],
};
