/** Carriers without a database behind them: always there, never down. */
import type { Carrier } from "../server/carriers/carrier.ts";
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
