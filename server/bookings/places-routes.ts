import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import type { Actor } from "../kit/http.ts";
import type { PlaceInput, PlaceKind } from "./place.ts";
import { archivePlace, createPlace, getPlace, listPlaces, updatePlace } from "./places.ts";

// The parts of a call that these handlers use; the module holds them to the contract of each kind.
type ById = { actor: Actor; params: { id: string } };
type Search = Parameters<typeof listPlaces>[3];

/** The five calls on /services, /locations or /resources. */
export function placesRoutes<Kind extends PlaceKind>(kind: Kind, { db, clock }: { db: Db; clock: Clock }) {
  return {
    async create({ actor, body }: { actor: Actor; body: PlaceInput & { name: string } }) {
      return db.inWorkspace(actor.workspaceId, (tx) => createPlace(tx, actor.workspaceId, kind, body, clock.now()));
    },
    async list({ actor, query }: { actor: Actor; query: Search }) {
      return db.inWorkspace(actor.workspaceId, (tx) => listPlaces(tx, actor.workspaceId, kind, query));
    },
    async get({ actor, params }: ById) {
      return db.inWorkspace(actor.workspaceId, (tx) => getPlace(tx, actor.workspaceId, kind, params.id));
    },
    async update({ actor, params, body }: ById & { body: PlaceInput & { name?: string; archived?: boolean } }) {
      return db.inWorkspace(actor.workspaceId, (tx) =>
        updatePlace(tx, actor.workspaceId, kind, params.id, body, clock.now()),
      );
    },
    async remove({ actor, params }: ById) {
      await db.inWorkspace(actor.workspaceId, (tx) =>
        archivePlace(tx, actor.workspaceId, kind, params.id, clock.now()),
      );
      return undefined;
    },
  };
}
