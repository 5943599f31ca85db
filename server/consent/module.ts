/** Consent and opt-outs. */
import type { Services } from "../kit/services.ts";
import { consentRoutes } from "./consent-routes.ts";
import { presentConsent, presentOptOut } from "./present-activity.ts";

export const consentModule = {
  routes: (services: Services) => ({ consent: consentRoutes(services) }),
  presents: {
    "contact.opted_out": presentOptOut,
    "contact.opted_in": presentOptOut,
    "contact.consented": presentConsent,
  },
};
