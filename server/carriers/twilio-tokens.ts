/**
 * The auth tokens of every Twilio connection of every workspace, in memory: a webhook must not cost a query, neither a true
 * one, of which thousands come in a second, nor one that somebody made up. Those of connections that are switched off are
 * here too: what they sent before is still told about, and a STOP is one whoever brings it.
 */
import { TwilioSecrets } from "../../contract/carriers.ts";
import type { Db } from "../kit/db.ts";
import type { Logger } from "../kit/log.ts";
import type { Seal } from "../kit/seal.ts";
import * as store from "./carriers-store.ts";

/** A connection as its webhooks need it. */
export interface TwilioToken {
  workspace_id: string;
  id: string;
  auth_token: string;
  /** Keys that webhooks may be signed with in its place; two while one replaces the other. */
  shared_keys: readonly string[];
}

export interface TwilioTokens {
  /** By carriers.id, at most so many milliseconds old. Rejects while the database that would tell is away. */
  find(id: string, olderThan_ms: number): Promise<TwilioToken | undefined>;
}

/** Tokens over this database; they are read when the first webhook comes. */
export function createTwilioTokens({ db, seal, log }: { db: Db; seal: Seal; log: Logger }): TwilioTokens {
  let known = new Map<string, { row: store.CarrierRow; token?: TwilioToken | undefined }>();
  let version: string | null = null;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | null = null;

  async function look(): Promise<void> {
    const begun = performance.now();
    await db.asSystem(async (tx) => {
      const now = await store.carriersVersion(tx);
      if (now === version) return;
      known = new Map((await store.carriersOfKind(tx, "twilio")).map((row) => [row.id, { row }]));
      version = now;
    });
    lookedAt = begun;
  }

  /** Opened when it is first asked for: thousands of them at once would hold up everything else. */
  function open(row: store.CarrierRow): TwilioToken | undefined {
    const { workspace_id, id, name } = row;
    try {
      const { auth_token, shared_key_secret } = TwilioSecrets.parse(seal.open(row.secrets, store.sealContext(row)));
      return { workspace_id, id, auth_token, shared_keys: shared_key_secret?.split(/[\s,]+/).filter(Boolean) ?? [] };
    } catch (error) {
      log.error({ err: error, carrier: name, workspace: workspace_id }, "webhooks of a carrier cannot be checked");
      return undefined;
    }
  }

  return {
    async find(id, olderThan_ms) {
      if (performance.now() - lookedAt > olderThan_ms) await (looking ??= look().finally(() => (looking = null)));
      const found = known.get(id.toLowerCase());
      if (found && !("token" in found)) found.token = open(found.row);
      return found?.token;
    },
  };
}
