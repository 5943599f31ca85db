/** Carriers without a database behind them, always there, never down; and which of those in it has the senders. */
import { sql } from "kysely";
import type { Carrier } from "../server/carriers/carrier.ts";
import type { Tx } from "../server/kit/db.ts";
import type { CarrierSet } from "../server/messages/message-path.ts";

/** A set of these and no others. */
export function onlyCarriers(...carriers: Carrier[]): CarrierSet {
  return {
    get: (_workspaceId, id) => carriers.find((carrier) => carrier.id === id),
    isDown: () => false,
    async start(events) {
      for (const carrier of carriers) await carrier.start(events);
    },
    async stop() {
      for (const carrier of carriers) await carrier.stop();
    },
  };
}

/** Gives a connection all senders of the workspace. */
export async function giveSenders(tx: Tx, workspaceId: string, carrierId: string): Promise<void> {
  await sql`update senders set carrier_id = ${carrierId} where workspace_id = ${workspaceId}`.execute(tx);
}
