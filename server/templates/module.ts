/** Layouts of texts and mails, which events and campaigns use. */
import type { Services } from "../kit/services.ts";
import { templatesRoutes } from "./templates-routes.ts";

export const templatesModule = {
  routes: (services: Services) => ({ templates: templatesRoutes(services) }),
};
