import type { contacts, properties } from "../../contract/contacts.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import type { Handlers } from "../kit/http.ts";
import type { LiveUpdates } from "../kit/live-updates.ts";
import { createContact, deleteContact, getContact, updateContact } from "./contacts.ts";
import { listPropertyKeys } from "./properties.ts";
import { searchContacts } from "./search-contacts.ts";

/** The calls on single contacts; imports and the timeline have their own routes. */
export function contactsRoutes({
  db,
  clock,
  liveUpdates,
}: {
  db: Db;
  clock: Clock;
  liveUpdates: Pick<LiveUpdates, "publish">;
}): Pick<Handlers<typeof contacts>, "create" | "list" | "get" | "update" | "remove"> {
  return {
    async create({ actor, body }) {
      const contact = await db.inWorkspace(actor.workspaceId, (tx) =>
        createContact(tx, actor.workspaceId, body, clock.now()),
      );
      liveUpdates.publish(actor.workspaceId, "contact", contact.id);
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
      liveUpdates.publish(actor.workspaceId, "contact", contact.id);
      return contact;
    },
    async remove({ actor, params }) {
      await db.inWorkspace(actor.workspaceId, (tx) => deleteContact(tx, actor.workspaceId, params.id, clock.now()));
      liveUpdates.publish(actor.workspaceId, "contact", params.id);
      return undefined;
    },
  };
}

/** The calls on /properties. */
export function propertiesRoutes({ db }: { db: Db }): Handlers<typeof properties> {
  return {
    async list({ actor }) {
      const keys = await db.inWorkspace(actor.workspaceId, (tx) => listPropertyKeys(tx, actor.workspaceId));
      return { items: keys.map((key) => ({ key })), next_cursor: null };
    },
  };
}
