/** Short links and their clicks. The redirect itself is served by the API (api/app.ts). */
import { type DueWork, dueInWorkspaces } from "../kit/due.ts";
import type { DueServices, Services } from "../kit/services.ts";
import { findUnjudged, judgeClicks } from "./judge-clicks.ts";

export const linksModule = {
  due: (services: DueServices) => [dueClicks(services)],
};

/**
 * Judges hits. One batch a round and workspace: a flood of hits waits in its table, and neither takes the processor from redirects
 * and texts nor delays other workspaces.
 */
export function dueClicks({ db, log, liveUpdates }: Pick<Services, "db" | "log" | "liveUpdates">): DueWork {
  const changed = new Map<string, { type: string; id: string }[]>();
  return dueInWorkspaces(
    { db, log },
    {
      name: "links.judge",
      find: findUnjudged,
      async claim(tx, workspaceId, _found, now) {
        const { done, sources } = await judgeClicks(tx, workspaceId, now);
        changed.set(workspaceId, sources);
        return done;
      },
      perform(workspaceId) {
        for (const { type, id } of changed.get(workspaceId) ?? [])
          if (type === "campaign") liveUpdates.publish(workspaceId, "campaign", id);
        changed.delete(workspaceId);
      },
    },
  );
}
