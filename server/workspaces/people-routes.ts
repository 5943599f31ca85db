import type { people } from "../../contract/accounts.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import type { Handlers } from "../kit/http.ts";
import type { Jobs } from "../kit/jobs.ts";
import { invite } from "./invitations.ts";
import { changePerson, listPeople, removePerson } from "./people.ts";

export function peopleRoutes(services: { db: Db; clock: Clock; jobs: Jobs }): Handlers<typeof people> {
  const { db, clock } = services;
  return {
    async list({ actor }) {
      const items = await db.inWorkspace(actor.workspaceId, (tx) => listPeople(tx, actor.workspaceId, clock.now()));
      return { items, next_cursor: null };
    },
    async invite({ actor, body }) {
      return db.inWorkspace(actor.workspaceId, (tx) => invite(tx, services, actor, body, clock.now()));
    },
    async update({ actor, params, body }) {
      return db.inWorkspace(actor.workspaceId, (tx) => changePerson(tx, actor, params.id, body));
    },
    async remove({ actor, params }) {
      await db.inWorkspace(actor.workspaceId, (tx) => removePerson(tx, actor, params.id));
    },
  };
}
