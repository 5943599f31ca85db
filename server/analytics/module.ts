/** Queries that combine several domains. */
import type { contacts } from "../../contract/contacts.ts";
import type { Handlers } from "../kit/http.ts";
import type { Services } from "../kit/services.ts";
import { contactTimeline } from "./contact-timeline.ts";

export const analyticsModule = {
  routes: ({ db }: Services): { contacts: Pick<Handlers<typeof contacts>, "timeline"> } => ({
    contacts: {
      async timeline({ actor, params, query }) {
        return db.inWorkspace(actor.workspaceId, (tx) => contactTimeline(tx, actor.workspaceId, params.id, query));
      },
    },
  }),
};
