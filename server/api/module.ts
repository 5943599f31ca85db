/** Live updates: the one call that the API room handles itself. */
import type { Services } from "../kit/services.ts";
import { liveUpdatesRoutes } from "./live-updates-routes.ts";

export const apiModule = {
  routes: (services: Services) => ({ news: liveUpdatesRoutes(services) }),
};
