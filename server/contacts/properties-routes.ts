import type { properties } from "../../contract/properties.ts";
import type { Db } from "../kit/db.ts";
import type { Handlers } from "../kit/http.ts";
import { listPropertyKeys } from "./properties.ts";

/** The calls on /properties. */
export function propertiesRoutes({ db }: { db: Db }): Handlers<typeof properties> {
  return {
    async list({ actor }) {
      const keys = await db.inWorkspace(actor.workspaceId, (tx) => listPropertyKeys(tx, actor.workspaceId));
      return { items: keys.map((key) => ({ key })), next_cursor: null };
    },
  };
}
