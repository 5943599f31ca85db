/** Dispatcher, carriers and intakes, started and stopped together. */
import type { CarrierEvents, Carriers } from "../../carriers/carrier.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Db } from "../../kit/db.ts";
import type { LiveUpdates } from "../../kit/live-updates.ts";
import type { Logger } from "../../kit/log.ts";
import { createInboundIntake } from "../receive/inbound.ts";
import { createReceiptIntake } from "../receive/receipts.ts";
import { createDispatcher, type DispatcherOptions, type DispatcherServices } from "./dispatcher.ts";

/** A sufficient size of a path's own pool: for leases, receipts, and carriers that store records in the database. */
export const pathConnections = 8;

/** The carriers of this process, which the path starts and stops. */
export interface CarrierSet extends Carriers {
  start(events: CarrierEvents): Promise<void>;
  stop(): Promise<void>;
}

export interface MessagePathServices {
  /**
   * A pool for the path and its carriers alone. A STOP keeps its connection while it waits for submissions under way; enough of them
   * in the same pool would leave no connection to finish those with.
   */
  pathDb: Db;
  /** For inbound texts. */
  db: Db;
  carriers: CarrierSet;
  clock: Clock;
  liveUpdates: Pick<LiveUpdates, "publish" | "publishSources">;
  log: Logger;
  seal: DispatcherServices["seal"];
}

/** Starts carriers and dispatcher. `stop` finishes the batches under way and records receipts that have arrived. */
export async function startMessagePath(
  { pathDb, db, carriers, ...services }: MessagePathServices,
  options: DispatcherOptions = {},
): Promise<{ stop(): Promise<void> }> {
  const onReceipts = createReceiptIntake({ ...services, db: pathDb });
  const onInbound = createInboundIntake({ ...services, db });
  const dispatcher = createDispatcher({ ...services, db: pathDb, carriers, onReceipts }, options);
  await carriers.start({ onReceipts, onInbound });
  await dispatcher.start();
  let stopped: Promise<void> | null = null;
  const stop = async () => {
    await dispatcher.stop();
    await carriers.stop();
  };
  return { stop: () => (stopped ??= stop()) };
}
