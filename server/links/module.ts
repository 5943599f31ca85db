/** Short links and their clicks. The redirect itself is served by the API (api/app.ts). */
import { type DueWork, dueInWorkspaces } from "../kit/due.ts";
import type { MessageSource } from "../kit/live-updates.ts";
import type { DueServices, Services } from "../kit/services.ts";
import { findUnjudged, judgeClicks } from "./judge-clicks.ts";
import { presentClicked } from "./present-click.ts";

export const linksModule = {
  due: (services: DueServices) => [dueClicks(services)],
  presents: { "link.clicked": presentClicked },
};

/**
 * Judges hits. One batch a round and workspace: a flood of hits waits in its table, and neither takes the processor from redirects
 * and texts nor delays other workspaces.
 */
export function dueClicks({ db, log, liveUpdates }: Pick<Services, "db" | "log" | "liveUpdates">): DueWork {
  const changed = new Map<string, MessageSource[]>();
  return dueInWorkspaces(
    { db, log },
    {
      name: "links.judge",
      find: findUnjudged,
      async claim(tx, workspaceId, _found, now) {
        const { done, sources } = await judgeClicks(tx, workspaceId, now);
        changed.set(
          workspaceId,
          sources.map(({ type, id }) => ({ source_type: type, source_id: id })),
        );
        return done;
      },
      perform(workspaceId) {
        liveUpdates.publishSources(workspaceId, changed.get(workspaceId) ?? []);
        changed.delete(workspaceId);
      },
    },
  );
}
