/** People, their roles, sessions and keys, and the log of what they did. */
import type { Services } from "../kit/services.ts";
import type { Seed } from "../workspaces/create-workspace.ts";
import { accountJobs, accountPeriodicJobs } from "./account-jobs.ts";
import { accountsRoutes, authenticationRoutes } from "./accounts-routes.ts";
import type { ApiKeyCache } from "./api-key-cache.ts";
import { apiKeysRoutes } from "./api-keys-routes.ts";
import { auditRoutes } from "./audit-routes.ts";
import type { Identity } from "./identity.ts";
import type { LoginThrottle } from "./login-throttle.ts";
import { peopleRoutes } from "./people-routes.ts";
import { quietHoursRoutes } from "./quiet-hours-routes.ts";
import { type SenderAddress, workspacesRoutes } from "./workspaces-routes.ts";

/** What an API process shares between authenticating requests and the calls on accounts. */
export interface AccountServices extends Services {
  identity: Identity;
  apiKeyCache: ApiKeyCache;
  loginThrottle: LoginThrottle;
  seed: Seed;
  senderAddress: SenderAddress;
  version: string;
  /** What the links in texts begin with. */
  linkOrigin: string;
}

export const accountsModule = {
  routes: (services: AccountServices) => ({
    authentication: authenticationRoutes(services),
    accounts: accountsRoutes(services),
    workspaces: workspacesRoutes(services),
    quietHours: quietHoursRoutes(services),
    people: peopleRoutes(services),
    apiKeys: apiKeysRoutes(services),
    audit: auditRoutes(services),
  }),
  jobs: accountJobs,
  periodic: accountPeriodicJobs,
};
