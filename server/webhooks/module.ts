/** Webhooks: events posted to other systems. */
import type { Presenters } from "../activity/subscriber.ts";
import { createOutboundTargets } from "../kit/outbound-targets.ts";
import type { DueServices, Services } from "../kit/services.ts";
import { webhookSubscriber } from "./read-activity.ts";
import { webhookSender, webhookJobs, webhookPeriodicJobs } from "./send-webhooks.ts";
import { webhooksRoutes } from "./webhooks-routes.ts";

export const webhooksModule = {
  routes: (services: Services) => ({ webhooks: webhooksRoutes(services) }),
  jobs: webhookJobs,
  periodic: webhookPeriodicJobs,
  subscribers: (present: Presenters) => [webhookSubscriber(present)],
  due({ config, ...services }: DueServices) {
    const { allowed_private_targets, webhook_targets } = config;
    const others = webhook_targets === "any" ? "discreet" : "refused";
    const targets = createOutboundTargets({ allowed: allowed_private_targets, others });
    return [webhookSender({ ...services, targets })];
  },
};
