/** Senders: the numbers and names that texts are sent from. */
import type { Services } from "../kit/services.ts";
import { sendersRoutes } from "./senders-routes.ts";

export const sendersModule = {
  routes: (services: Services) => ({ senders: sendersRoutes(services) }),
};
