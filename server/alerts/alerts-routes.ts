import type { alerts } from "../../contract/alerts.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import { invalid } from "../kit/errors.ts";
import type { Handlers } from "../kit/http.ts";
import { isId } from "../kit/id.ts";
import type { LiveUpdates } from "../kit/live-updates.ts";
import { presentAlert } from "./alert.ts";
import { countOpen, listAlerts, recordSeen, openCritical } from "./alerts-store.ts";

const maxCritical = 5;

/** The calls on /alerts. */
export function alertsRoutes(services: {
  db: Db;
  clock: Clock;
  liveUpdates: Pick<LiveUpdates, "publish">;
}): Handlers<typeof alerts> {
  const { db, clock, liveUpdates } = services;
  return {
    async list({ actor, query: { state, cursor, limit } }) {
      if (cursor !== undefined && !isId(cursor))
        throw invalid("invalid_cursor", "This is no next_cursor of this list.", "cursor", cursor);
      const rows = await db.inWorkspace(actor.workspaceId, (tx) =>
        listAlerts(tx, actor.workspaceId, { state, before: cursor ?? null, limit: limit + 1 }),
      );
      const items = rows.slice(0, limit).map(presentAlert);
      return { items, next_cursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
    async summary({ actor }) {
      const { workspaceId, userId } = actor;
      return db.inWorkspace(workspaceId, async (tx) => {
        const counts = await countOpen(tx, workspaceId, userId);
        const critical = counts.open === 0 ? [] : await openCritical(tx, workspaceId, maxCritical);
        return { ...counts, critical: critical.map(presentAlert) };
      });
    },
    async see({ actor }) {
      const { workspaceId, userId } = actor;
      if (userId === null) return;
      await db.inWorkspace(workspaceId, (tx) => recordSeen(tx, workspaceId, userId, clock.now()));
      liveUpdates.publish(workspaceId, "alert", null);
    },
  };
}
