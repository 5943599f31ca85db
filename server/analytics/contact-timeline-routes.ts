import type { contacts } from "../../contract/contacts.ts";
import type { Db } from "../kit/db.ts";
import type { Handlers } from "../kit/http.ts";
import { contactTimeline } from "./contact-timeline.ts";

/** The call on a contact's timeline. */
export function contactTimelineRoutes({ db }: { db: Db }): Pick<Handlers<typeof contacts>, "timeline"> {
  return {
    async timeline({ actor, params, query }) {
      return db.inWorkspace(actor.workspaceId, (tx) => contactTimeline(tx, actor.workspaceId, params.id, query));
    },
  };
}
