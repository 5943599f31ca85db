/** Bookings, and what they are made of. */
import type { DueServices, Services, StartServices } from "../kit/services.ts";
import { bookingStatusesRoutes } from "./booking-statuses-routes.ts";
import { dueImports, importJobs, sweepImports } from "./import/import-jobs.ts";
import { bookingImportRoutes } from "./import/import-routes.ts";
import { importJob } from "./import/receive-import.ts";
import { createManageLinks } from "./manage-links.ts";
import { placesRoutes } from "./places-routes.ts";

const withLinks = <S extends Services>(services: S) => ({ ...services, links: createManageLinks(services.config) });

export const bookingsModule = {
  routes: (services: Services) => ({
    bookings: bookingImportRoutes(withLinks(services)),
    services: placesRoutes("service", services),
    locations: placesRoutes("location", services),
    resources: placesRoutes("resource", services),
    bookingStatuses: bookingStatusesRoutes(services),
  }),
  jobs: (services: Services) => importJobs(withLinks(services)),
  kinds: { [importJob]: "imports" } as const,
  due: (services: DueServices) => [dueImports(withLinks(services))],
  async start({ jobsDb, ...services }: StartServices) {
    if (services.config.roles.has("worker")) await sweepImports(withLinks({ ...services, db: jobsDb }));
  },
};
