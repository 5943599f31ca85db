/**
 * The auth tokens of every Twilio connection of every workspace, in memory: a webhook must not cost a query, neither a real one,
 * of which thousands may arrive in a second, nor a forged one. Tokens of disabled connections are included: receipts of texts that
 * they sent before still arrive, and a STOP is obeyed on any connection.
 */
import { TwilioSecrets } from "../../../contract/carriers.ts";
import type { Db } from "../../kit/db.ts";
import type { Logger } from "../../kit/log.ts";
import type { Seal } from "../../kit/seal.ts";
import * as store from "../carriers-store.ts";

/** What webhooks need of a connection. */
export interface TwilioToken {
  workspace_id: string;
  id: string;
  auth_token: string;
  /** Shared keys that webhooks may be signed with instead; two during a rotation. */
  shared_keys: readonly string[];
}

export interface TwilioTokens {
  /** By carriers.id, at most so many milliseconds old. Rejects while the database is away. */
  find(id: string, olderThan_ms: number): Promise<TwilioToken | undefined>;
}

/** Tokens of this database; they are read when the first webhook arrives. */
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

  /** Decrypts a row on first use: decrypting thousands at once would block the process. */
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
