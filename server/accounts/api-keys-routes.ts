import type { apiKeys } from "../../contract/accounts.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import type { Handlers } from "../kit/http.ts";
import type { ApiKeyCache } from "./api-key-cache.ts";
import { createApiKey, listApiKeys, revokeApiKey } from "./api-keys.ts";

export function apiKeysRoutes(services: { db: Db; clock: Clock; apiKeyCache: ApiKeyCache }): Handlers<typeof apiKeys> {
  const { db, clock, apiKeyCache } = services;
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
      // The notification arrives a moment later; in this process the key must be refused before the caller gets the response.
      apiKeyCache.invalidate({ workspace_id: actor.workspaceId, key_id: params.id });
    },
  };
}
