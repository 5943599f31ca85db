/** What bookings serve outside of /api: pages for customers, and feeds for calendars. */
import type { FastifyInstance } from "fastify";
import type { Services } from "../kit/services.ts";
import { serveAccess } from "./access-route.ts";
import { serveBookingPage } from "./booking-page-route.ts";
import { serveCalendarFeeds } from "./calendar-feed-route.ts";
import { createManageLinks } from "./manage-links.ts";
import type { PublicServices } from "./public-services.ts";

export function servePublicBookings(
  app: FastifyInstance,
  { db, clock, config }: Pick<Services, "db" | "clock" | "config">,
  pageHeaders: PublicServices["pageHeaders"],
  countVisit: PublicServices["countVisit"],
): void {
  const isHttps = config.public_url.startsWith("https://");
  const services = { db, clock, links: createManageLinks(config), pageHeaders, countVisit, isHttps };
  serveBookingPage(app, services);
  serveAccess(app, services);
  serveCalendarFeeds(app, services);
}
