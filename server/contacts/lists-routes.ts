import type { lists } from "../../contract/lists.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import type { Handlers } from "../kit/http.ts";
import { addMembers, createList, deleteList, getList, listLists, removeMembers, renameList } from "./lists.ts";

/** The calls on /lists. */
export function listsRoutes({ db, clock }: { db: Db; clock: Clock }): Handlers<typeof lists> {
  return {
    async create({ actor, body }) {
      return db.inWorkspace(actor.workspaceId, (tx) => createList(tx, actor.workspaceId, body.name, clock.now()));
    },
    async list({ actor, query }) {
      return db.inWorkspace(actor.workspaceId, (tx) => listLists(tx, actor.workspaceId, query));
    },
    async get({ actor, params }) {
      return db.inWorkspace(actor.workspaceId, (tx) => getList(tx, actor.workspaceId, params.id));
    },
    async rename({ actor, params, body }) {
      return db.inWorkspace(actor.workspaceId, (tx) =>
        renameList(tx, actor.workspaceId, params.id, body.name, clock.now()),
      );
    },
    async remove({ actor, params }) {
      await db.inWorkspace(actor.workspaceId, (tx) => deleteList(tx, actor.workspaceId, params.id, clock.now()));
      return undefined;
    },
    async addMembers({ actor, params, body }) {
      return db.inWorkspace(actor.workspaceId, (tx) =>
        addMembers(tx, actor.workspaceId, params.id, body.contacts, clock.now()),
      );
    },
    async removeMembers({ actor, params, body }) {
      return db.inWorkspace(actor.workspaceId, (tx) =>
        removeMembers(tx, actor.workspaceId, params.id, body.contacts, clock.now()),
      );
    },
  };
}
