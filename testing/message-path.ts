/** The message path of a worker, with its work by the clock. */
import { startDueWork } from "../server/kit/due-runner.ts";
import type { DueWork } from "../server/kit/due.ts";
import type { DispatcherOptions } from "../server/messages/dispatch/dispatcher.ts";
import { type MessagePathServices, startMessagePath } from "../server/messages/dispatch/message-path.ts";
import { dueLanes } from "../server/messages/dispatch/revive-lanes.ts";
import { testSeal } from "./seal.ts";

/** Starts both, as wire.ts does; `due` is the sweep of lanes alone by default. */
export async function startTestPath(
  services: Omit<MessagePathServices, "seal">,
  options: DispatcherOptions = {},
  due: readonly DueWork[] = [dueLanes({ db: services.pathDb, log: services.log })],
): Promise<{ stop(): Promise<void> }> {
  const { log } = services;
  const path = await startMessagePath({ ...services, seal: testSeal }, options);
  const works = await startDueWork({ db: services.pathDb, log }, due);
  return {
    async stop() {
      await works.stop();
      await path.stop();
    },
  };
}
