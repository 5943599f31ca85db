/** Consent and opt-outs. */
import type { Services } from "../kit/services.ts";
import { consentRoutes } from "./consent-routes.ts";

export const consentModule = {
  routes: (services: Services) => ({ consent: consentRoutes(services) }),
};
