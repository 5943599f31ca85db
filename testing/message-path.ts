/** The message path of a worker, with its sweep of lanes. */
import { startDueWork } from "../server/kit/due-runner.ts";
import type { DispatcherOptions } from "../server/messages/dispatch/dispatcher.ts";
import { type MessagePathServices, startMessagePath } from "../server/messages/dispatch/message-path.ts";
import { dueLanes } from "../server/messages/dispatch/revive-lanes.ts";

/** Starts both, as wire.ts does. */
export async function startTestPath(
  services: MessagePathServices,
  options: DispatcherOptions = {},
): Promise<{ stop(): Promise<void> }> {
  const { log } = services;
  const path = await startMessagePath(services, options);
  const db = services.pathDb;
  const sweep = await startDueWork({ db, log }, [dueLanes({ db, log })]);
  return {
    async stop() {
      await sweep.stop();
      await path.stop();
    },
  };
}
