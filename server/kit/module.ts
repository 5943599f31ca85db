/** Jobs that belong to no domain: keeping PostgreSQL's statistics up to date. */
import { tableJobs, tablePeriodicJobs } from "./count-tables.ts";

export const kitModule = { jobs: tableJobs, periodic: tablePeriodicJobs };
