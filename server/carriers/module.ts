/** Connections to carriers, and the calls that carriers make. */
import type { Logger } from "../kit/log.ts";
import type { Services, StartServices } from "../kit/services.ts";
import type { IncomingServices } from "./carrier.ts";
import { carriersRoutes } from "./carriers-routes.ts";
import { sandboxRoutes } from "./sandbox/routes.ts";
import { deleteOldDoubted } from "./smpp/in-doubt-store.ts";
import { deleteOldParts } from "./smpp/parts-store.ts";
import { turnReferences } from "./smpp/references-store.ts";
import { twilioWebhooks } from "./twilio/webhooks.ts";

const turnJob = "turn_references";

export const carriersModule = {
  routes: (services: IncomingServices) => ({
    carriers: carriersRoutes(services),
    sandbox: sandboxRoutes(services),
    carrierWebhooks: twilioWebhooks(services),
  }),
  jobs: ({ db, log }: Services) => ({
    [turnJob]: async () => {
      await turnWeeks({ db, log });
      await db.asSystem(deleteOldParts);
      await db.asSystem(deleteOldDoubted);
    },
  }),
  periodic: [{ name: turnJob, pattern: "*/5 * * * *" }],
  start: (services: StartServices) => turnWeeks(services),
};

/** Makes the weekly partitions of carriers' references. Those that another transaction's lock prevents are made by the job that runs every few minutes. */
async function turnWeeks({ db, log }: { db: Services["db"]; log: Pick<Logger, "warn"> }): Promise<void> {
  const { missing } = await turnReferences(db);
  if (missing > 0)
    log.warn(
      { missing },
      "weekly partitions of carriers' references could not be made because of locks; the job tries again",
    );
}
