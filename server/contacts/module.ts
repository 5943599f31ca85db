/** Contacts, their properties and lists, and bringing them in from files. */
import type { DueServices, Services, StartServices } from "../kit/services.ts";
import { contactsRoutes, propertiesRoutes } from "./contacts-routes.ts";
import { dueImports, importJobs, sweepImports } from "./import/import-jobs.ts";
import { importRoutes } from "./import/import-routes.ts";
import { checkJob, importJob } from "./import/receive-import.ts";
import { indexContactsJob, indexJobs, indexPeriodicJobs, resumeIndexingContacts } from "./index-contacts.ts";
import { listJobs, listPeriodicJobs, sumKindsJob } from "./list-kinds.ts";
import { listsRoutes } from "./lists-routes.ts";

export const contactsModule = {
  routes: (services: Services) => ({
    contacts: { ...contactsRoutes(services), ...importRoutes(services) },
    properties: propertiesRoutes(services),
    lists: listsRoutes(services),
  }),
  jobs: (services: Services) => ({ ...importJobs(services), ...indexJobs(services), ...listJobs(services) }),
  kinds: {
    [importJob]: "imports",
    [checkJob]: "imports",
    [indexContactsJob]: "upkeep",
    [sumKindsJob]: "upkeep",
  } as const,
  periodic: [...indexPeriodicJobs, ...listPeriodicJobs],
  due: (services: DueServices) => [dueImports(services)],
  async start({ jobsDb, ...services }: StartServices) {
    if (!services.config.roles.has("worker")) return;
    await sweepImports({ ...services, db: jobsDb });
    await resumeIndexingContacts({ ...services, db: jobsDb });
  },
};
