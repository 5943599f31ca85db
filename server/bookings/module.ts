/** Bookings, what they are made of, and the workflows that tell people about them. */
import type { ActivityData } from "../../contract/activity.ts";
import type { Present } from "../activity/subscriber.ts";
import { onNewCustomer } from "../contacts/customers.ts";
import type { DueServices, Services, StartServices } from "../kit/services.ts";
import { createAccessLinks } from "./access-links.ts";
import { bookingStatusesRoutes } from "./booking-statuses-routes.ts";
import { bookingsRoutes } from "./bookings-routes.ts";
import { calendarLinksRoutes } from "./calendar-links-routes.ts";
import { insertNewCustomers } from "./happenings-store.ts";
import { dueImports, importJobs, sweepImports } from "./import/import-jobs.ts";
import { bookingImportRoutes } from "./import/import-routes.ts";
import { bookingFiles } from "./import/receive-import.ts";
import { createManageLinks, type ManageLinks } from "./manage-links.ts";
import { placesRoutes } from "./places-routes.ts";
import { loadBookings, presentBooking } from "./present-booking.ts";
import { reactions } from "./workflows/react.ts";
import type { DecideServices } from "./workflows/step.ts";
import { momentsWork } from "./workflows/sweep.ts";
import { sourceType } from "./workflows/workflow.ts";
import { workflowsRoutes } from "./workflows/workflows-routes.ts";

onNewCustomer(insertNewCustomers);

/** A booking as webhooks get it. */
const presentTo =
  (links: ManageLinks): Present<ActivityData<"booking.created">> =>
  async (tx, workspaceId, { subjects }) => {
    const bookings = await loadBookings(tx, workspaceId, subjects);
    const shown = bookings.map(
      (booking) => [booking.id, { data: presentBooking(links, booking), contact_id: booking.customer_id }] as const,
    );
    return new Map(shown);
  };

const decidingWith = ({ config, seal }: Pick<Services, "config" | "seal">): DecideServices => ({
  links: createManageLinks(config),
  access: createAccessLinks(config),
  seal,
});

const withLinks = <S extends Services>(services: S) => ({ ...services, links: createManageLinks(services.config) });

export const bookingsModule = {
  routes: (services: Services) => {
    const deciding = decidingWith(services);
    return {
      services: placesRoutes("service", services),
      locations: placesRoutes("location", services),
      resources: { ...placesRoutes("resource", services), ...calendarLinksRoutes(services) },
      bookingStatuses: bookingStatusesRoutes(services),
      bookings: { ...bookingsRoutes({ ...services, deciding }), ...bookingImportRoutes(withLinks(services)) },
      workflows: workflowsRoutes({ ...services, deciding }),
    };
  },
  jobs: (services: Services) => importJobs(withLinks(services)),
  kinds: { [bookingFiles.job]: "imports" } as const,
  due: (services: DueServices) => {
    const deciding = decidingWith(services);
    return [reactions(services, deciding), momentsWork(services, deciding), dueImports(withLinks(services))];
  },
  topics: { [sourceType]: "workflow" } as const,
  presents({ config }: Pick<Services, "config">) {
    const present = presentTo(createManageLinks(config));
    return { "booking.created": present, "booking.updated": present, "booking.cancelled": present };
  },
  async start({ jobsDb, ...services }: StartServices) {
    if (services.config.roles.has("worker")) await sweepImports(withLinks({ ...services, db: jobsDb }));
  },
};
