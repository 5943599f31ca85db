import type { FastifyRequest } from "fastify";
import type { Services } from "../kit/services.ts";
import type { ManageLinks } from "./manage-links.ts";

/** What the public pages and feeds of bookings have. */
export interface PublicServices extends Pick<Services, "db" | "clock"> {
  links: ManageLinks;
  pageHeaders: Readonly<Record<string, string>>;
  /** Counts a request by its caller; throws where there were too many. */
  countVisit: (request: FastifyRequest) => Promise<void>;
  /** Whether people reach the installation by https. */
  isHttps: boolean;
}
