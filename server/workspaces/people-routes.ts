import type { people } from "../../contract/accounts.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import type { Handlers } from "../kit/http.ts";
import type { Jobs } from "../kit/jobs.ts";
import { countInvitation, invite } from "./invitations.ts";
import type { Keyring } from "./keyring.ts";
import { changePerson, listPeople, removePerson } from "./people.ts";

export function peopleRoutes(services: {
  db: Db;
  clock: Clock;
  jobs: Jobs;
  keyring: Keyring;
}): Handlers<typeof people> {
  const { db, clock, keyring } = services;
  // The notice to all processes comes a moment later; whoever asked gets no answer before it is true here.
  const forgetKeysOf = (workspaceId: string, id: string) => keyring.forget({ workspace_id: workspaceId, user_id: id });
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
      forgetKeysOf(actor.workspaceId, params.id);
      return person;
    },
    async remove({ actor, params, query, body }) {
      const keys = body?.keys ?? query.keys;
      await db.inWorkspace(actor.workspaceId, (tx) => removePerson(tx, actor, params.id, { keys, at: clock.now() }));
      forgetKeysOf(actor.workspaceId, params.id);
    },
  };
}
