import type { editors } from "../../contract/editors.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import type { Handlers } from "../kit/http.ts";
import type { LiveUpdates } from "../kit/live-updates.ts";
import { keepEditor, removeEditor } from "./editors.ts";

/** The calls on /campaigns/:id/editors. The other editors' pages are told when somebody comes and goes. */
export function editorsRoutes({
  db,
  clock,
  liveUpdates,
}: {
  db: Db;
  clock: Clock;
  liveUpdates: Pick<LiveUpdates, "publish">;
}): Handlers<typeof editors> {
  return {
    async keep({ actor, params }) {
      const { workspaceId } = actor;
      const { others, joined } = await db.inWorkspace(workspaceId, (tx) =>
        keepEditor(tx, actor, params.id, clock.now()),
      );
      if (joined) liveUpdates.publish(workspaceId, "editors", params.id);
      return { items: others, next_cursor: null };
    },
    async leave({ actor, params }) {
      const { workspaceId } = actor;
      await db.inWorkspace(workspaceId, (tx) => removeEditor(tx, actor, params.id));
      liveUpdates.publish(workspaceId, "editors", params.id);
    },
  };
}
