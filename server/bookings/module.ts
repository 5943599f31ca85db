/** Bookings, and what they are made of. */
import type { Services } from "../kit/services.ts";
import { bookingStatusesRoutes } from "./booking-statuses-routes.ts";
import { calendarLinksRoutes } from "./calendar-links-routes.ts";
import { placesRoutes } from "./places-routes.ts";

export const bookingsModule = {
  routes: (services: Services) => ({
    services: placesRoutes("service", services),
    locations: placesRoutes("location", services),
    resources: { ...placesRoutes("resource", services), ...calendarLinksRoutes(services) },
    bookingStatuses: bookingStatusesRoutes(services),
  }),
};
