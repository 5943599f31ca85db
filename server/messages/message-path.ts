/** Everything between the queue and the carriers, started and stopped together. */
import type { CarrierEvents, Carriers } from "../carriers/carrier.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import type { Logger } from "../kit/log.ts";
import type { News } from "../kit/news.ts";
import { createDispatcher, type DispatcherOptions } from "./dispatcher.ts";
import { createInboundIntake } from "./inbound.ts";
import { createReceiptIntake } from "./receipts.ts";

/** Connections of a path's own pool that are enough: leases, receipts, and a carrier that keeps its books here. */
export const pathConnections = 8;

/** The carriers of this process, which the path starts and stops. */
export interface CarrierSet extends Carriers {
  start(events: CarrierEvents): Promise<void>;
  stop(): Promise<void>;
}

export interface MessagePathServices {
  /**
   * A pool that nobody else takes from, the carriers excepted. A STOP keeps its connection while it waits for what is being
   * handed over; enough of them in the same pool would leave none to finish that with.
   */
  pathDb: Db;
  /** For inbound texts. */
  db: Db;
  carriers: CarrierSet;
  clock: Clock;
  news: Pick<News, "tell">;
  log: Logger;
}

/** Starts carriers and dispatcher. `stop` finishes the batches under way and takes the receipts that are there. */
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
