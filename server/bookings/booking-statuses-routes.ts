import type { bookingStatuses } from "../../contract/booking-places.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import type { Handlers } from "../kit/http.ts";
import { readStatuses, replaceStatuses } from "./booking-statuses.ts";

/** The calls on /booking-statuses. */
export function bookingStatusesRoutes({ db, clock }: { db: Db; clock: Clock }): Handlers<typeof bookingStatuses> {
  return {
    async get({ actor }) {
      const items = await db.inWorkspace(actor.workspaceId, (tx) => readStatuses(tx, actor.workspaceId));
      return { items };
    },
    async replace({ actor, body }) {
      const items = await db.inWorkspace(actor.workspaceId, (tx) =>
        replaceStatuses(tx, actor.workspaceId, body.items, clock.now()),
      );
      return { items };
    },
  };
}
