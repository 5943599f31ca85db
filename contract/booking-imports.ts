/** Bookings from files. */
import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";
import { ById, Id, Instant } from "./shapes.ts";

/** What a column of a file of bookings can be. */
export const bookingImportFields = [
  "external_id",
  "start",
  "date",
  "time",
  "end",
  "duration",
  "service",
  "location",
  "resources",
  "first_name",
  "last_name",
  "full_name",
  "mobile",
  "phone",
  "email",
  "locale",
  "status",
  "payment",
  "notes",
] as const;
export type BookingImportField = (typeof bookingImportFields)[number];

/** The media types of files of bookings, besides text/csv. */
const importTypes = [
  "text/tab-separated-values",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
] as const;

const mapping = z
  .string()
  .max(20_000)
  .optional()
  .describe(
    `JSON of column → field, a column by its heading or by its number (#3); guessed from the headings and cells where absent. Fields: ${bookingImportFields.map((field) => `\`${field}\``).join(", ")} and \`ignore\``,
  );

const createMissing = z
  .enum(["true", "false"])
  .default("false")
  .describe(
    "true: services, locations and resources of unknown names are made; false: rows with such names are rejected",
  );

export const bookingImports = {
  startImport: endpoint({
    method: "POST",
    path: "/bookings/imports",
    summary:
      "Imports bookings from a CSV file or workbook, row by row as POST /bookings would take them. Columns are guessed from their headings; times without zone are the location's. A row with an `external_id` changes the booking that has it; one without stays as it is where an earlier import has made a booking of the same customer, start and service.",
    permission: "bookings:write",
    query: z.object({
      file_name: z.string().max(255).optional(),
      mapping,
      notify: z.enum(["true", "false"]).default("true").describe("false: workflows are not told of these bookings"),
      create_missing: createMissing,
    }),
    bodyType: "text/csv",
    bodyTypes: importTypes,
    status: 202,
    answer: ById,
  }),
  previewImport: endpoint({
    method: "POST",
    path: "/bookings/imports/preview",
    summary:
      "Reads the beginning of a file: its columns, the guessed mapping, and the first 20 rows as they would be imported.",
    permission: "bookings:write",
    query: z.object({ mapping, create_missing: createMissing }),
    bodyType: "text/csv",
    bodyTypes: importTypes,
    bodies: "sample",
    answer: z.object({
      columns: z.array(z.object({ name: z.string(), field: z.string(), samples: z.array(z.string()) })),
      rows: z.array(
        z.object({
          row: z.number().int(),
          customer: z.string().nullable(),
          start: z.string().nullable(),
          end: z.string().nullable(),
          service: z.string().nullable(),
          reason: z.string().nullable().describe("why the row would be rejected"),
          field: z.string().nullable(),
          value: z.string().nullable(),
        }),
      ),
    }),
  }),
  getImport: endpoint({
    method: "GET",
    path: "/bookings/imports/:id",
    summary: "One import of bookings: its progress and, when done, its result.",
    permission: "bookings:read",
    params: ById,
    answer: z.object({
      id: Id,
      status: z.enum(["running", "done", "failed"]),
      file_name: z.string().nullable(),
      rows: z.number().int(),
      created: z.number().int(),
      updated: z.number().int(),
      unchanged: z.number().int(),
      rejected_count: z.number().int(),
      rejected: z
        .array(
          z.object({
            row: z.number().int().describe("the row's number in a spreadsheet"),
            reason: z.string(),
            field: z.string().nullable(),
            value: z.string().nullable(),
            message: z.string(),
          }),
        )
        .describe("the first 1,000"),
      error: z.object({ code: z.string(), message: z.string() }).nullable(),
      created_at: Instant,
      finished_at: Instant.nullable(),
    }),
  }),
} satisfies Resource;
