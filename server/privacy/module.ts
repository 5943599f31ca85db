/** Export and erasure of a person, and retention of messages. */
import type { ActivityData } from "../../contract/activity.ts";
import type { Present } from "../activity/subscriber.ts";
import { eraseNumbers, purgeAtCarriers } from "../carriers/personal-data.ts";
import type { JobHandler, PeriodicJob } from "../kit/jobs.ts";
import type { Services } from "../kit/services.ts";
import { eraseJob } from "./erase-contact.ts";
import { finishErasureOf, resumeErasures } from "./finish-erasure.ts";
import { purge } from "./purge.ts";
import { erasuresRoutes, retentionRoutes } from "./retention-routes.ts";

const purgeJob = "retention.retire"; // stored in the job tables of existing installations
const nightly: PeriodicJob = { name: purgeJob, pattern: "41 2 * * *" };
const resumeJob = "privacy.resume_erasures";
const hourly: PeriodicJob = { name: resumeJob, pattern: "23 * * * *" };

/** Of an erased contact webhooks get only the id; its deliveries name no contact, since an erasure deletes those that do. */
const presentErased: Present<ActivityData<"contact.erased">> = async (_tx, _workspaceId, { subjects }) =>
  new Map(subjects.map((id) => [id, { data: { id }, contact_id: null }]));

export const privacyModule = {
  routes: (services: Services) => ({ erasures: erasuresRoutes(services), retention: retentionRoutes(services) }),
  jobs: (services: Services): Record<string, JobHandler> => ({
    [purgeJob]: async (_payload, signal) => {
      await purge({ ...services, purgeOld: purgeAtCarriers }, signal);
    },
    [resumeJob]: () => resumeErasures(services),
    [eraseJob]: async (payload: { workspace_id: string; id: string }, signal) => {
      await finishErasureOf({ ...services, eraseNumbers }, payload, signal);
    },
  }),
  kinds: { [purgeJob]: "upkeep", [resumeJob]: "upkeep", [eraseJob]: "upkeep" } as const,
  presents: { "contact.erased": presentErased },
  periodic: [nightly, hourly],
};
