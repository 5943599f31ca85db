/** Links to a customer's own page. */
import { randomBytes } from "node:crypto";
import type { Config } from "../kit/config.ts";
import type { Tx } from "../kit/db.ts";

export interface AccessLinks {
  make(tx: Tx, workspaceId: string, contactIds: readonly string[], at: Date): Promise<Map<string, string>>;
}

export function createAccessLinks(config: Pick<Config, "public_url" | "link_domain">): AccessLinks {
  const origin = `${new URL(config.public_url).protocol}//${config.link_domain}`;
  return {
    async make(_tx, _workspaceId, contactIds) {
      return new Map(contactIds.map((id) => [id, `${origin}/a/${randomBytes(14).toString("base64url")}`]));
    },
  };
}
