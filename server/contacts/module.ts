/** Contacts, their properties and lists, and bringing them in from files. */
import type { ActivityData } from "../../contract/activity.ts";
import type { Present } from "../activity/subscriber.ts";
import type { DueServices, Services, StartServices } from "../kit/services.ts";
import { bulkJobs, dueBulkChanges } from "./bulk/bulk-jobs.ts";
import { bulkRoutes } from "./bulk/bulk-routes.ts";
import { bulkJob } from "./bulk/start-bulk.ts";
import { contactsRoutes, propertiesRoutes } from "./contacts-routes.ts";
import { getContacts } from "./contacts.ts";
import { dueImports, importJobs, sweepImports } from "./import/import-jobs.ts";
import { importRoutes } from "./import/import-routes.ts";
import { presentDone } from "./import/present-import.ts";
import { checkJob, importJob } from "./import/receive-import.ts";
import { indexContactsJob, indexJobs, indexPeriodicJobs, resumeIndexingContacts } from "./index-contacts.ts";
import { listJobs, listPeriodicJobs, sumKindsJob } from "./list-kinds.ts";
import { listsRoutes } from "./lists-routes.ts";

/** A contact as webhooks get it. */
const present: Present<ActivityData<"contact.created">> = async (tx, workspaceId, { subjects }) => {
  const contacts = await getContacts(tx, workspaceId, subjects);
  return new Map([...contacts].map(([id, data]) => [id, { data, contact_id: id }]));
};

export const contactsModule = {
  routes: (services: Services) => ({
    contacts: { ...contactsRoutes(services), ...importRoutes(services), ...bulkRoutes(services) },
    properties: propertiesRoutes(services),
    lists: listsRoutes(services),
  }),
  jobs: (services: Services) => ({
    ...importJobs(services),
    ...indexJobs(services),
    ...listJobs(services),
    ...bulkJobs(services),
  }),
  kinds: {
    [importJob]: "imports",
    [checkJob]: "imports",
    [bulkJob]: "imports",
    [indexContactsJob]: "upkeep",
    [sumKindsJob]: "upkeep",
  } as const,
  periodic: [...indexPeriodicJobs, ...listPeriodicJobs],
  due: (services: DueServices) => [dueImports(services), dueBulkChanges(services)],
  presents: { "contact.created": present, "contact.updated": present, "import.done": presentDone },
  async start({ jobsDb, ...services }: StartServices) {
    if (!services.config.roles.has("worker")) return;
    await sweepImports({ ...services, db: jobsDb });
    await resumeIndexingContacts({ ...services, db: jobsDb });
  },
};
