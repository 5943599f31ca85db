/** Every resource with its handlers: the whole API on one screen. */
import { authentication } from "../../contract/accounts.ts";
import { contract } from "../../contract/contract.ts";
import type { Resource } from "../../contract/endpoint.ts";
import { alertsRoutes } from "../alerts/alerts-routes.ts";
import { contactTimelineRoutes } from "../analytics/contact-timeline-routes.ts";
import { campaignsRoutes } from "../campaigns/campaigns-routes.ts";
import { carriersRoutes } from "../carriers/carriers-routes.ts";
import { consentRoutes } from "../consent/consent-routes.ts";
import { contactsRoutes } from "../contacts/contacts-routes.ts";
import { importRoutes } from "../contacts/import-routes.ts";
import { listsRoutes } from "../contacts/lists-routes.ts";
import { propertiesRoutes } from "../contacts/properties-routes.ts";
import type { Handlers } from "../kit/http.ts";
import { carrierTestRoutes } from "../messages/carrier-test-routes.ts";
import { messagesRoutes, segmentsRoutes } from "../messages/messages-routes.ts";
import { createSendQueue } from "../messages/send-queue.ts";
import { trayRoutes } from "../messages/tray-routes.ts";
import { sendersRoutes } from "../numbers/senders-routes.ts";
import { erasuresRoutes, retentionRoutes } from "../retention/retention-routes.ts";
import { webhooksRoutes } from "../webhooks/webhooks-routes.ts";
import { accountsRoutes, authenticationRoutes } from "../workspaces/accounts-routes.ts";
import { apiKeysRoutes } from "../workspaces/api-keys-routes.ts";
import { auditRoutes } from "../workspaces/audit-routes.ts";
import { peopleRoutes } from "../workspaces/people-routes.ts";
import { subscriptionRoutes } from "../workspaces/subscription-routes.ts";
import { usageRoutes } from "../workspaces/usage-routes.ts";
import { workspacesRoutes } from "../workspaces/workspaces-routes.ts";
import { newsRoutes } from "./news-routes.ts";
import { apiPrefix, authenticationPrefix } from "./openapi.ts";
import type { RouteServices } from "./services.ts";

/** Called once for each resource. */
type Bind = <R extends Resource>(prefix: string, resource: R, handlers: Handlers<R>) => Promise<void>;

export async function bindRoutes(services: RouteServices, bind: Bind): Promise<void> {
  await bind(authenticationPrefix, authentication, authenticationRoutes(services));
  await bind(apiPrefix, contract.accounts, accountsRoutes(services));
  await bind(apiPrefix, contract.workspaces, workspacesRoutes(services));
  await bind(apiPrefix, contract.people, peopleRoutes(services));
  await bind(apiPrefix, contract.apiKeys, apiKeysRoutes(services));
  await bind(apiPrefix, contract.subscription, subscriptionRoutes(services));
  await bind(apiPrefix, contract.usage, usageRoutes(services));
  await bind(apiPrefix, contract.contacts, {
    ...contactsRoutes(services),
    ...importRoutes(services),
    ...contactTimelineRoutes(services),
  });
  await bind(apiPrefix, contract.erasures, erasuresRoutes(services));
  await bind(apiPrefix, contract.retention, retentionRoutes(services));
  await bind(apiPrefix, contract.audit, auditRoutes(services));
  await bind(apiPrefix, contract.properties, propertiesRoutes(services));
  await bind(apiPrefix, contract.lists, listsRoutes(services));
  await bind(apiPrefix, contract.consent, consentRoutes(services));
  await bind(apiPrefix, contract.tray, trayRoutes(services));
  await bind(apiPrefix, contract.senders, sendersRoutes(services));
  await bind(apiPrefix, contract.segments, segmentsRoutes());
  await bind(apiPrefix, contract.messages, messagesRoutes({ ...services, sendQueue: createSendQueue(services) }));
  await bind(apiPrefix, contract.campaigns, campaignsRoutes(services));
  await bind(apiPrefix, contract.carriers, { ...carriersRoutes(services), ...carrierTestRoutes(services) });
  await bind(apiPrefix, contract.carrierWebhooks, services.carrierWebhooks);
  await bind(apiPrefix, contract.alerts, alertsRoutes(services));
  await bind(apiPrefix, contract.webhooks, webhooksRoutes(services));
  await bind(apiPrefix, contract.sandbox, services.sandbox);
  await bind(apiPrefix, contract.news, newsRoutes(services));
}
