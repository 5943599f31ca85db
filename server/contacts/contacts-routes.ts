import type { contacts } from "../../contract/contacts.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import type { Handlers } from "../kit/http.ts";
import type { News } from "../kit/news.ts";
import { createContact } from "./create-contact.ts";
import { deleteContact } from "./delete-contact.ts";
import { getContact } from "./get-contact.ts";
import { searchContacts } from "./search-contacts.ts";
import { updateContact } from "./update-contact.ts";

/** The calls on single contacts; imports and the timeline have routes of their own. */
export function contactsRoutes({
  db,
  clock,
  news,
}: {
  db: Db;
  clock: Clock;
  news: Pick<News, "tell">;
}): Pick<Handlers<typeof contacts>, "create" | "list" | "get" | "update" | "remove"> {
  return {
    async create({ actor, body }) {
      const contact = await db.inWorkspace(actor.workspaceId, (tx) =>
        createContact(tx, actor.workspaceId, body, clock.now()),
      );
      news.tell(actor.workspaceId, "contact", contact.id);
      return contact;
    },
    async list({ actor, query }) {
      return db.inWorkspace(actor.workspaceId, (tx) => searchContacts(tx, actor.workspaceId, query));
    },
    async get({ actor, params }) {
      return db.inWorkspace(actor.workspaceId, (tx) => getContact(tx, actor.workspaceId, params.id));
    },
    async update({ actor, params, body }) {
      const contact = await db.inWorkspace(actor.workspaceId, (tx) =>
        updateContact(tx, actor.workspaceId, params.id, body, clock.now()),
      );
      news.tell(actor.workspaceId, "contact", contact.id);
      return contact;
    },
    async remove({ actor, params }) {
      await db.inWorkspace(actor.workspaceId, (tx) => deleteContact(tx, actor.workspaceId, params.id, clock.now()));
      news.tell(actor.workspaceId, "contact", params.id);
      return undefined;
    },
  };
}
