/** Jobs that belong to no domain: keeping PostgreSQL's statistics up to date. */
import { countJob, tableJobs, tablePeriodicJobs } from "./count-tables.ts";

export const kitModule = {
  jobs: tableJobs,
  kinds: { [countJob]: "upkeep" } as const,
  periodic: tablePeriodicJobs,
};
