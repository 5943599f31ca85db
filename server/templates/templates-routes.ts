import type { templates } from "../../contract/templates.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import type { Handlers } from "../kit/http.ts";
import type { LiveUpdates } from "../kit/live-updates.ts";
import { previewTemplate } from "./preview-template.ts";
import { archiveTemplate, changeTemplate, createTemplate, getTemplate, listTemplates } from "./templates.ts";

interface Services {
  db: Db;
  clock: Clock;
  liveUpdates: Pick<LiveUpdates, "publish">;
}

/** The calls on templates. */
export function templatesRoutes({ db, clock, liveUpdates }: Services): Handlers<typeof templates> {
  const tell = (workspaceId: string, id: string) => liveUpdates.publish(workspaceId, "template", id);
  return {
    async create({ actor, body }) {
      const { workspaceId, name: by } = actor;
      const made = await db.inWorkspace(workspaceId, (tx) =>
        createTemplate(tx, workspaceId, body, { at: clock.now(), by }),
      );
      tell(workspaceId, made.id);
      return made;
    },
    async list({ actor, query }) {
      return db.inWorkspace(actor.workspaceId, (tx) => listTemplates(tx, actor.workspaceId, query));
    },
    async get({ actor, params }) {
      return db.inWorkspace(actor.workspaceId, (tx) => getTemplate(tx, actor.workspaceId, params.id));
    },
    async update({ actor, params, body }) {
      const { workspaceId, name: by } = actor;
      const changed = await db.inWorkspace(workspaceId, (tx) =>
        changeTemplate(tx, workspaceId, params.id, body, { at: clock.now(), by }),
      );
      tell(workspaceId, params.id);
      return changed;
    },
    async remove({ actor, params }) {
      const { workspaceId, name: by } = actor;
      await db.inWorkspace(workspaceId, (tx) => archiveTemplate(tx, workspaceId, params.id, { at: clock.now(), by }));
      tell(workspaceId, params.id);
      return undefined;
    },
    async preview({ actor, body }) {
      return db.inWorkspace(actor.workspaceId, (tx) => previewTemplate(tx, actor.workspaceId, body));
    },
  };
}
