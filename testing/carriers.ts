/** Carrier sets that are not read from the database, and the senders of a connection. */
import { sql } from "kysely";
import type { Carrier } from "../server/carriers/carrier.ts";
import type { Tx } from "../server/kit/db.ts";
import type { CarrierSet } from "../server/messages/dispatch/message-path.ts";

/** A set of exactly these carriers, none of which is ever down. */
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

/** Assigns all senders of the workspace to a connection. */
export async function giveSenders(tx: Tx, workspaceId: string, carrierId: string): Promise<void> {
  await sql`update senders set carrier_id = ${carrierId} where workspace_id = ${workspaceId}`.execute(tx);
}
