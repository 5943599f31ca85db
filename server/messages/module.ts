/** The one pipeline of a text: the door, lanes to the carriers, receipts and inbound texts. */
import type { ActivityData } from "../../contract/activity.ts";
import type { Present } from "../activity/subscriber.ts";
import type { Db } from "../kit/db.ts";
import type { Logger } from "../kit/log.ts";
import type { DueServices, Running, Services, StartServices } from "../kit/services.ts";
import { carrierTestRoutes } from "./carrier-test-routes.ts";
import { compactJob, countJobs, countPeriodicJobs } from "./compact-counts.ts";
import { type CarrierSet, pathConnections, startMessagePath } from "./dispatch/message-path.ts";
import { dueLanes } from "./dispatch/revive-lanes.ts";
import { dueParked } from "./hold-source.ts";
import { dueHours } from "./look-again.ts";
import { makeMonths, makeMonthsInSteps } from "./make-months.ts";
import { findMessages } from "./messages-queries.ts";
import { messagesRoutes, segmentsRoutes } from "./messages-routes.ts";
import { presentWithHistory } from "./present-message.ts";
import { optOutJobs } from "./receive/opted-out-at-carrier.ts";
import { trayRoutes } from "./receive/tray-routes.ts";
import { createApiSends } from "./send/batch-api-sends.ts";

/** A message as webhooks get it. */
const present: Present<ActivityData<"message.received">> = async (tx, workspaceId, { subjects }) => {
  const rows = await findMessages(tx, workspaceId, subjects);
  return new Map(rows.map((row) => [row.id, { data: presentWithHistory(row), contact_id: row.contact_id }]));
};

/** What submits texts: only wire.ts knows the kinds of carrier. */
export interface PathServices extends StartServices {
  createCarriers(db: Db): CarrierSet;
}

const keepMonthsAhead = 3;
const monthsJob = "create_partitions";

export const messagesModule = {
  routes: (services: Services) => ({
    segments: segmentsRoutes(),
    messages: messagesRoutes({ ...services, apiSends: createApiSends(services) }),
    carriers: carrierTestRoutes(services),
    tray: trayRoutes(services),
  }),
  jobs: (services: Services) => ({
    [monthsJob]: () => keepMonths(services.db, services.log, makeMonthsInSteps),
    ...countJobs(services),
    ...optOutJobs(services),
  }),
  kinds: { [monthsJob]: "upkeep", [compactJob]: "upkeep" } as const,
  presents: {
    "message.received": present,
    "message.delivered": present,
    "message.failed": present,
    "message.skipped": present,
  },
  periodic: [{ name: monthsJob, pattern: "*/5 * * * *" }, ...countPeriodicJobs],
  due: (services: Pick<DueServices, "db" | "log">) => [dueLanes(services), ...dueParked(services), dueHours(services)],
  async start({ openPool, createCarriers, ...services }: PathServices): Promise<Running | undefined> {
    await keepMonths(services.db, services.log, makeMonths);
    if (!services.config.roles.has("worker")) return;
    const pathDb = openPool(pathConnections);
    const carriers = createCarriers(pathDb);
    const lease_ms = services.config.lease_seconds * 1000;
    const path = await startMessagePath({ ...services, pathDb, carriers }, { lease_ms });
    return { stop: () => path.stop().then(() => pathDb.close()) };
  },
};

/**
 * Makes the ledger's months ahead. Months that another transaction's lock prevents are made by the job that runs every few
 * minutes: neither requests nor a start wait for them.
 */
async function keepMonths(db: Db, log: Pick<Logger, "warn">, make: typeof makeMonths): Promise<void> {
  const months = await make(db, keepMonthsAhead);
  if (months > 0)
    log.warn({ months }, "partitions of the ledger could not be made because of locks; the job tries again");
}
