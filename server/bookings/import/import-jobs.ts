/** The background job of imports of bookings, and the sweep of those whose process has died. */
import { dueFiles, fileJobs, type FileJobServices, sweepFiles } from "../../contacts/command-import/file-jobs.ts";
import type { DueWork } from "../../kit/due.ts";
import type { JobHandler } from "../../kit/jobs.ts";
import { bookingFiles } from "./receive-import.ts";
import { runImport, type RunServices } from "./run-import.ts";

export type ImportJobServices = RunServices & FileJobServices;

export const importJobs = (services: ImportJobServices): Record<string, JobHandler> =>
  fileJobs(services, bookingFiles, (job, signal) => runImport(services, job, signal));

/** Resumes imports whose process was killed, and gives up those whose file was still coming. Run at every start too. */
export const sweepImports = (services: ImportJobServices): Promise<void> => sweepFiles(services, bookingFiles);

export const dueImports = (services: ImportJobServices): DueWork => dueFiles(services, bookingFiles);
