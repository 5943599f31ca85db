/** What goes by itself: old messages every night, and what is left of an erasure. */
import type { JobHandler, PeriodicJob } from "../kit/jobs.ts";
import { eraseJob } from "./erase-contact.ts";
import { type ErasureServices, finishErasureOf } from "./finish-erasure.ts";
import { retire, type RetireServices } from "./retire.ts";

const retireJob = "retention.retire";

export function retentionJobs(services: ErasureServices & RetireServices): Record<string, JobHandler> {
  return {
    [retireJob]: async (_payload, signal) => {
      await retire(services, signal);
    },
    [eraseJob]: async (payload: { workspace_id: string; id: string }, signal) => {
      await finishErasureOf(services, payload, signal);
    },
  };
}

export const retentionPeriodicJobs: PeriodicJob[] = [{ name: retireJob, pattern: "41 2 * * *" }];
