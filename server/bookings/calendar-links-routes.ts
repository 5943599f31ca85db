import type { resources } from "../../contract/booking-places.ts";
import type { Handlers } from "../kit/http.ts";
import type { Services } from "../kit/services.ts";
import { calendarCode, calendarUrl, renewCalendarCode } from "./calendar-feed.ts";

/** The calls on the address of a resource's calendar feed. */
export function calendarLinksRoutes({
  db,
  clock,
  config,
}: Pick<Services, "db" | "clock" | "config">): Pick<Handlers<typeof resources>, "calendarLink" | "renewCalendarLink"> {
  return {
    async calendarLink({ actor, params }) {
      const { workspaceId } = actor;
      const code = await db.inWorkspace(workspaceId, (tx) => calendarCode(tx, workspaceId, params.id));
      return { url: calendarUrl(config, code) };
    },
    async renewCalendarLink({ actor, params }) {
      const { workspaceId } = actor;
      const code = await db.inWorkspace(workspaceId, (tx) =>
        renewCalendarCode(tx, workspaceId, params.id, clock.now()),
      );
      return { url: calendarUrl(config, code) };
    },
  };
}
