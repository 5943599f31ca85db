/** Orders from files. */
import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";
import { ById, Id, Instant } from "./shapes.ts";

/** What a column of a file of orders can be. */
export const orderImportFields = [
  "order",
  "ticket_type",
  "product",
  "quantity",
  "price",
  "status",
  "bought_at",
  "first_name",
  "last_name",
  "full_name",
  "mobile",
  "phone",
  "email",
  "locale",
  "holder_first_name",
  "holder_last_name",
  "holder_name",
  "holder_mobile",
  "holder_email",
] as const;
export type OrderImportField = (typeof orderImportFields)[number];

/** The media types of files of orders, besides text/csv. */
const importTypes = [
  "text/tab-separated-values",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
] as const;

const mapping = z
  .string()
  .max(20_000)
  .optional()
  .describe(
    `JSON of column → field, a column by its heading or by its number (#3); guessed from the headings and cells where absent. Fields: ${orderImportFields.map((field) => `\`${field}\``).join(", ")} and \`ignore\``,
  );

const createMissing = z
  .enum(["true", "false"])
  .default("false")
  .describe("true: ticket types and products of unknown names are made; false: rows with such names are rejected");

export const orderImports = {
  startImport: endpoint({
    method: "POST",
    path: "/events/:id/orders/imports",
    summary:
      "Imports orders of an event from a CSV file or workbook, as POST to its orders would take them. A row is a line of an order, or one ticket; rows with the same order number are one order, which is changed where it is known. The buyer is whom its first row names; other people, in further rows or in columns of holders, hold its tickets. A row without one is an order of its own, and stays as it is where an earlier import has made it.",
    permission: "events:write",
    params: ById,
    query: z.object({
      file_name: z.string().max(255).optional(),
      mapping,
      create_missing: createMissing,
    }),
    bodyType: "text/csv",
    bodyTypes: importTypes,
    status: 202,
    answer: ById,
  }),
  previewImport: endpoint({
    method: "POST",
    path: "/events/:id/orders/imports/preview",
    summary:
      "Reads the beginning of a file: its columns, the guessed mapping, and the first 20 rows as they would be imported.",
    permission: "events:write",
    params: ById,
    query: z.object({ mapping, create_missing: createMissing }),
    bodyType: "text/csv",
    bodyTypes: importTypes,
    bodies: "sample",
    answer: z.object({
      columns: z.array(z.object({ name: z.string(), field: z.string(), samples: z.array(z.string()) })),
      rows: z.array(
        z.object({
          row: z.number().int(),
          order: z.string().nullable(),
          buyer: z.string().nullable(),
          holder: z.string().nullable(),
          item: z.string().nullable().describe("the ticket type or product"),
          quantity: z.number().int().nullable(),
          reason: z.string().nullable().describe("why the row would be rejected"),
          field: z.string().nullable(),
          value: z.string().nullable(),
        }),
      ),
    }),
  }),
  getImport: endpoint({
    method: "GET",
    path: "/events/:id/orders/imports/:import_id",
    summary: "One import of orders: its progress and, when done, its result. Figures other than `rows` are of orders.",
    permission: "events:read",
    params: ById.extend({ import_id: Id }),
    answer: z.object({
      id: Id,
      status: z.enum(["running", "done", "failed"]),
      file_name: z.string().nullable(),
      rows: z.number().int(),
      created: z.number().int(),
      updated: z.number().int(),
      unchanged: z.number().int(),
      rejected_count: z.number().int().describe("rows"),
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
