import type { people } from "../../contract/accounts.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import type { Handlers } from "../kit/http.ts";
import type { Mailer } from "../kit/mail.ts";
import type { ApiKeyCache } from "./api-key-cache.ts";
import { countInvitation, invite } from "./invitations.ts";
import { changePerson, listPeople, removePerson } from "./people.ts";

export function peopleRoutes(services: {
  db: Db;
  clock: Clock;
  mailer: Mailer;
  config: { public_url: string };
  apiKeyCache: ApiKeyCache;
}): Handlers<typeof people> {
  const { db, clock, apiKeyCache } = services;
  // The notification arrives a moment later; in this process the change must hold before the caller gets the response.
  const dropKeysOf = (workspaceId: string, id: string) =>
    apiKeyCache.invalidate({ workspace_id: workspaceId, user_id: id });
  return {
    async list({ actor }) {
      const items = await db.inWorkspace(actor.workspaceId, (tx) => listPeople(tx, actor.workspaceId, clock.now()));
      return { items, next_cursor: null };
    },
    async invite({ actor, body }) {
      const at = clock.now();
      await db.asSystem((tx) => countInvitation(tx, actor, body.email, at));
      return db.inWorkspace(actor.workspaceId, (tx) => invite(tx, services, actor, body, at));
    },
    async update({ actor, params, body }) {
      const person = await db.inWorkspace(actor.workspaceId, (tx) =>
        changePerson(tx, actor, params.id, body, clock.now()),
      );
      dropKeysOf(actor.workspaceId, params.id);
      return person;
    },
    async remove({ actor, params, query, body }) {
      const keys = body?.keys ?? query.keys;
      await db.inWorkspace(actor.workspaceId, (tx) => removePerson(tx, actor, params.id, { keys, at: clock.now() }));
      dropKeysOf(actor.workspaceId, params.id);
    },
  };
}
