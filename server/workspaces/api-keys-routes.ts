import type { apiKeys } from "../../contract/accounts.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import type { Handlers } from "../kit/http.ts";
import { createApiKey, listApiKeys, revokeApiKey } from "./api-keys.ts";
import type { Keyring } from "./keyring.ts";

export function apiKeysRoutes(services: { db: Db; clock: Clock; keyring: Keyring }): Handlers<typeof apiKeys> {
  const { db, clock, keyring } = services;
  return {
    async list({ actor }) {
      const items = await db.inWorkspace(actor.workspaceId, (tx) => listApiKeys(tx, actor.workspaceId, clock.now()));
      return { items, next_cursor: null };
    },
    async create({ actor, body }) {
      return db.inWorkspace(actor.workspaceId, (tx) => createApiKey(tx, actor, body, clock.now()));
    },
    async remove({ actor, params }) {
      await db.inWorkspace(actor.workspaceId, (tx) => revokeApiKey(tx, actor, params.id, clock.now()));
      // The notice comes a moment later; whoever asked gets no answer before it is true here.
      keyring.forget({ workspace_id: actor.workspaceId, key_id: params.id });
    },
  };
}
