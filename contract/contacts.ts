import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";
import { ById, Id, Instant, Paging, page, TimeZone, name as nameOf } from "./shapes.ts";

/** What a number can be used for, by its country's numbering plan. */
export const NumberKind = z.enum(["mobile", "landline", "premium", "short", "other"]);
export type NumberKind = z.infer<typeof NumberKind>;

const name = nameOf(100, 0);

/** Typed properties: keys a–z, 0–9 and _, values text, number, boolean or null (which removes the property). */
export const Properties = z
  .record(
    z.string().regex(/^[a-z][a-z0-9_]{0,49}$/),
    z.union([z.string().max(1000), z.number(), z.boolean(), z.null()]),
  )
  .refine((properties) => Object.keys(properties).length <= 100, "a contact has at most 100 properties");

export const ContactInput = z.object({
  mobile: z
    .string()
    .trim()
    .max(40)
    .nullish()
    .describe(
      "any spelling; parsed with the workspace's country, kept as E.164. Digits without + that are a mobile there and another with its country code are refused (`ambiguous_number`), and figures of which a spreadsheet lost digits (`reformatted_number`)",
    ),
  phone: z.string().trim().max(40).nullish(),
  email: z.email().max(254).nullish(),
  first_name: name.nullish(),
  last_name: name.nullish(),
  locale: z.string().trim().max(20).nullish().describe("BCP 47, like nb-NO"),
  time_zone: TimeZone.nullish(),
  marketing: z.boolean().optional().describe("may be reached by marketing at all; true unless said otherwise"),
  properties: Properties.optional(),
});
export type ContactInput = z.infer<typeof ContactInput>;

export const OptOut = z.object({
  /** The sender whose texts were refused, or null for the whole workspace. */
  sender: z.string().nullable(),
  number: z.string(),
  at: Instant,
  source: z.string().describe("sms, api, web or import"),
  evidence: z.string().nullable().describe("the words that were received"),
});

export const Contact = z.object({
  id: Id,
  mobile: z.string().nullable(),
  mobile_kind: NumberKind.nullable(),
  phone: z.string().nullable(),
  phone_kind: NumberKind.nullable(),
  email: z.string().nullable(),
  first_name: z.string().nullable(),
  last_name: z.string().nullable(),
  locale: z.string().nullable(),
  time_zone: z.string().nullable(),
  marketing: z.boolean(),
  properties: z.record(z.string(), z.unknown()),
  lists: z.array(z.object({ id: Id, name: z.string() })),
  opt_outs: z.array(OptOut),
  created_at: Instant,
  updated_at: Instant,
});
export type Contact = z.infer<typeof Contact>;

/** A row of the contacts table. */
export const ContactSummary = Contact.omit({ lists: true, opt_outs: true, properties: true }).extend({
  opted_out: z.boolean(),
});
export type ContactSummary = z.infer<typeof ContactSummary>;

export const TimelineEntry = z.object({
  id: Id,
  kind: z.enum([
    "message_sent",
    "message_skipped",
    "message_received",
    "consent_granted",
    "consent_withdrawn",
    "opted_out",
    "opted_in",
  ]),
  at: Instant,
  text: z.string().nullable(),
  /** A message's status, of a skipped one the reason, a consent's subscription type, an opt-out's source. */
  detail: z.string().nullable(),
  /** Where it leads: the campaign or message behind the entry. */
  source: z.object({ type: z.string(), id: Id.nullable(), name: z.string().nullable() }).nullable(),
});
export type TimelineEntry = z.infer<typeof TimelineEntry>;

export const ImportField = z.enum([
  "mobile",
  "phone",
  "email",
  "first_name",
  "last_name",
  "full_name",
  "locale",
  "time_zone",
  "consent",
  "consent_date",
  "consent_source",
]);
export type ImportField = z.infer<typeof ImportField>;

/** Why a row of an import was not taken. `value` beside it is what stood there. */
export const RejectionReason = z.enum([
  "no_number_or_email",
  "invalid_mobile",
  "invalid_phone",
  "ambiguous_mobile",
  "ambiguous_phone",
  "reformatted_mobile",
  "reformatted_phone",
  "invalid_email",
  "first_name_too_long",
  "last_name_too_long",
  "property_too_long",
  "invalid_locale",
  "unknown_time_zone",
  "unclear_consent",
  "invalid_consent_date",
  "consent_date_in_future",
  "consent_source_too_long",
  "too_many_cells",
  "row_too_long",
  "quote_not_closed",
  "email_of_several_contacts",
  "phone_of_several_contacts",
]);
export type RejectionReason = z.infer<typeof RejectionReason>;

const Readings = z
  .array(z.string())
  .optional()
  .describe("with ambiguous_mobile and ambiguous_phone: the numbers that the value can be");

/** Why a whole import failed. */
export const ImportFault = z.enum([
  "empty_file",
  "binary_file",
  "utf16_file",
  "no_number_column",
  "cut_off",
  "interrupted",
  "server_fault",
]);
export type ImportFault = z.infer<typeof ImportFault>;

export const Import = z.object({
  id: Id,
  status: z.enum(["receiving", "running", "done", "failed"]),
  file_name: z.string().nullable(),
  rows: z.number().int().describe("data rows read so far"),
  created: z.number().int(),
  updated: z.number().int(),
  unchanged: z.number().int(),
  rejected_count: z.number().int(),
  rejected: z
    .array(
      z.object({
        row: z.number().int(),
        reason: RejectionReason,
        value: z.string().nullable(),
        readings: Readings,
      }),
    )
    .describe(
      "the first 1,000; all of them in /contacts/imports/:id/rejected.csv. `row` counts from 1 at the first data row",
    ),
  /** Why the whole import failed, where it did. */
  error: z.object({ code: ImportFault, message: z.string() }).nullable(),
  created_at: Instant,
  finished_at: Instant.nullable(),
});
export type Import = z.infer<typeof Import>;

/** How a file's columns map: the header (or `#1`, `#2` … where there is none) to a field, a property, or nothing. */
export const ImportMapping = z.record(
  z.string(),
  z.union([ImportField, z.string().regex(/^property:[a-z][a-z0-9_]{0,49}$/), z.literal("ignore")]),
);

export const contacts = {
  create: endpoint({
    method: "POST",
    path: "/contacts",
    summary: "Creates a contact; 409 when another contact of the workspace has the mobile number.",
    permission: "contacts:write",
    body: ContactInput,
    status: 201,
    answer: Contact,
  }),
  list: endpoint({
    method: "GET",
    path: "/contacts",
    summary: "Contacts whose name, e-mail or number starts with the query, newest first unless sorted.",
    permission: "contacts:read",
    query: z.object({
      ...Paging,
      query: z.string().trim().max(200).optional(),
      list: Id.optional(),
      sort: z.enum(["-created_at", "created_at", "last_name", "-last_name"]).default("-created_at"),
    }),
    answer: page(ContactSummary).extend({ total: z.number().int().describe("exact to 10,000, else 10,001") }),
  }),
  get: endpoint({
    method: "GET",
    path: "/contacts/:id",
    summary: "One contact with its lists and opt-outs.",
    permission: "contacts:read",
    params: ById,
    answer: Contact,
  }),
  update: endpoint({
    method: "PATCH",
    path: "/contacts/:id",
    summary: "Changes the fields given; null empties one.",
    permission: "contacts:write",
    params: ById,
    body: ContactInput,
    answer: Contact,
  }),
  remove: endpoint({
    method: "DELETE",
    path: "/contacts/:id",
    summary: "Deletes the contact and its list memberships; messages sent keep their number, opt-outs stay in force.",
    permission: "contacts:write",
    params: ById,
    status: 204,
  }),
  timeline: endpoint({
    method: "GET",
    path: "/contacts/:id/timeline",
    summary: "Everything that happened with the contact by SMS, newest first.",
    permission: "contacts:read",
    params: ById,
    query: z.object({ ...Paging }),
    answer: page(TimelineEntry),
  }),
  startImport: endpoint({
    method: "POST",
    path: "/contacts/imports",
    summary:
      "Takes a CSV as the body and imports it in the background; existing contacts (by mobile, then e-mail) are updated.",
    permission: "contacts:write",
    query: z.object({
      list: z
        .string()
        .max(100)
        .optional()
        .describe("id or name of the list to put everyone on; an unknown name makes the list"),
      subscription_type: z.string().max(100).optional().describe("id, key or name; grants consent to it"),
      consent_source: z
        .string()
        .trim()
        .max(200)
        .optional()
        .describe("where the consent came from; needed with subscription_type"),
      consent_date: z.iso.date().optional().describe("when it was given; today unless a column says"),
      mapping: z
        .string()
        .max(20_000)
        .optional()
        .describe("JSON of column → field; guessed from the header where absent"),
      file_name: z.string().max(255).optional(),
    }),
    bodyType: "text/csv",
    status: 202,
    answer: ById,
  }),
  previewImport: endpoint({
    method: "POST",
    path: "/contacts/imports/preview",
    summary:
      "Reads the beginning of a CSV (1 MB; the body may be up to 16 MiB): encoding, delimiter, columns, guessed mapping and the first 20 rows as they would be imported.",
    permission: "contacts:write",
    query: z.object({ mapping: z.string().max(20_000).optional() }),
    bodyType: "text/csv",
    bodies: "sample",
    answer: z.object({
      encoding: z.enum(["utf-8", "windows-1252"]),
      delimiter: z.enum([",", ";", "\t"]),
      columns: z.array(z.object({ name: z.string(), field: z.string(), samples: z.array(z.string()) })),
      rows: z.array(
        z.object({
          row: z.number().int(),
          values: z.array(z.string()),
          contact: ContactInput.nullable(),
          reason: RejectionReason.nullable().describe("why the row would be rejected"),
          readings: Readings,
        }),
      ),
    }),
  }),
  imports: endpoint({
    method: "GET",
    path: "/contacts/imports",
    summary: "Imports of the workspace, newest first.",
    permission: "contacts:read",
    query: z.object({ ...Paging }),
    answer: page(Import.omit({ rejected: true })),
  }),
  getImport: endpoint({
    method: "GET",
    path: "/contacts/imports/:id",
    summary: "One import: its progress and, when done, its result.",
    permission: "contacts:read",
    params: ById,
    answer: Import,
  }),
  rejectedRows: endpoint({
    method: "GET",
    path: "/contacts/imports/:id/rejected.csv",
    summary: "Every rejected row as it stood in the file, with its row number and reason in front.",
    permission: "contacts:read",
    params: ById,
    answerType: "text/csv",
  }),
} satisfies Resource;
