/** Webhooks: events posted to other systems. */
import { createOutboundTargets } from "../kit/outbound-targets.ts";
import type { Running, Services, StartServices } from "../kit/services.ts";
import { startWebhookSender, webhookJobs, webhookPeriodicJobs } from "./send-webhooks.ts";
import { webhooksRoutes } from "./webhooks-routes.ts";

export const webhooksModule = {
  routes: (services: Services) => ({ webhooks: webhooksRoutes(services) }),
  jobs: webhookJobs,
  periodic: webhookPeriodicJobs,
  async start(services: StartServices): Promise<Running | undefined> {
    const { roles, allowed_private_targets, webhook_targets } = services.config;
    if (!roles.has("worker")) return;
    const others = webhook_targets === "any" ? "discreet" : "refused";
    return startWebhookSender({
      ...services,
      targets: createOutboundTargets({ allowed: allowed_private_targets, others }),
    });
  },
};
