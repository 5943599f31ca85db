/** A workspace's allowance of segments, and its usage. */
import type { Services } from "../kit/services.ts";
import { subscriptionRoutes } from "./subscription-routes.ts";
import { usageRoutes } from "./usage-routes.ts";

export const quotaModule = {
  routes: (services: Services) => ({ subscription: subscriptionRoutes(services), usage: usageRoutes(services) }),
};
