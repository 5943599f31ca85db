import { z } from "zod";
import { bulkChanges } from "./bulk-changes.ts";
import { endpoint, type Resource } from "./endpoint.ts";
import { ById, Id, Instant, Language, Paging, page, TimeZone, name as nameOf, Named } from "./shapes.ts";

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
      "any spelling; parsed with the workspace's country, stored as E.164. Refused: digits without + that can be several mobile numbers (`ambiguous_number`), and numbers of which a spreadsheet may have dropped digits (`reformatted_number`)",
    ),
  phone: z.string().trim().max(40).nullish().describe("as `mobile`, but of any kind"),
  email: z.email().max(254).nullish(),
  first_name: name.nullish(),
  last_name: name.nullish(),
  locale: z.string().trim().max(20).nullish().describe("BCP 47, like nb-NO"),
  time_zone: TimeZone.nullish(),
  marketing: z.boolean().optional().describe("whether the contact may receive marketing at all; default: true"),
  properties: Properties.optional(),
  muted: z.boolean().optional().describe("whether workflows send this person nothing; default: false"),
  customer: z
    .literal(true)
    .optional()
    .describe(
      "makes the contact a customer, which its first booking does by itself; workflows on customer_created fire",
    ),
});
export type ContactInput = z.infer<typeof ContactInput>;

export const OptOut = z.object({
  /** The sender whose texts were refused, or null for the whole workspace. */
  sender: z.string().nullable(),
  number: z.string(),
  at: Instant,
  source: z.string().describe("sms, api, web or import"),
  evidence: z.string().nullable().describe("the text that was received"),
});

/** A received text that looks like a STOP but is not exactly one: a person has to decide, see /tray. */
export const PossibleOptOut = z.object({
  id: Id.describe("the id of the received message"),
  at: Instant,
  number: z.string(),
  sender: z.string().nullable().describe("the sender that the text was sent to"),
  text: z.string().nullable().describe("null once the workspace's retention rule has purged it"),
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
  muted: z.boolean().describe("whether workflows send this person nothing"),
  customer_since: Instant.nullable().describe(
    "since when the contact is a customer: by its first booking, or by hand; null: it is none",
  ),
  properties: z.record(z.string(), z.unknown()),
  lists: z.array(Named),
  opt_outs: z.array(OptOut),
  possible_opt_outs: z.array(PossibleOptOut).describe("undecided texts that look like a STOP, newest first"),
  created_at: Instant,
  updated_at: Instant,
});
export type Contact = z.infer<typeof Contact>;

/** A row of the contacts table. */
export const ContactSummary = Contact.omit({
  lists: true,
  opt_outs: true,
  possible_opt_outs: true,
  properties: true,
}).extend({
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
    "link_clicked",
  ]),
  at: Instant,
  text: z.string().nullable(),
  /** A message's status, a skipped message's reason, a consent's subscription type, an opt-out's source, or a clicked link's address. */
  detail: z.string().nullable(),
  looks_like_opt_out: z
    .boolean()
    .describe("whether it is a received text that looks like a STOP, about which a person has to decide"),
  /** The campaign or message that the entry is about. */
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
  "opted_out",
  "consent_date",
  "consent_source",
]);
export type ImportField = z.infer<typeof ImportField>;

/** Why a row of an import was rejected. The `value` that accompanies it is the offending cell. */
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
  "quotes_over_rows",
  "card_not_closed",
  "email_of_several_contacts",
  "phone_of_several_contacts",
]);
export type RejectionReason = z.infer<typeof RejectionReason>;

const Readings = z
  .array(z.string())
  .optional()
  .describe("with ambiguous_mobile and ambiguous_phone: the numbers that the value can mean");

/** Why a whole import failed. */
export const ImportFault = z.enum([
  "empty_file",
  "binary_file",
  "utf16_file",
  "old_workbook",
  "unreadable_workbook",
  "workbook_too_large",
  "no_number_column",
  "cut_off",
  "interrupted",
  "not_started",
  "server_fault",
]);
export type ImportFault = z.infer<typeof ImportFault>;

const ReportedRow = z.object({
  row: z
    .number()
    .int()
    .describe(
      "the row's number in a spreadsheet: from 1, headings and empty rows counted, a cell of several lines as one row",
    ),
  reason: RejectionReason,
  value: z.string().nullable(),
  readings: Readings,
  text: z.string().describe("the row as it is in the file, its first 200 characters"),
});

/** What an import would do, counted before it begins. */
export const ImportTotals = z.object({
  new: z.number().int().describe("contacts that would be created"),
  known: z.number().int().describe("existing contacts, which would be updated or stay unchanged"),
  twice: z.number().int().describe("rows about the same person as another row of the file"),
  landline: z
    .number()
    .int()
    .describe("of the new and known, those whose mobile number is not one that receives texts, such as a landline"),
  rejected: z.number().int(),
  warnings: z.number().int().describe("rows that would be imported with a warning"),
  consents: z.number().int().describe("consents that are not recorded yet"),
});
export type ImportTotals = z.infer<typeof ImportTotals>;

/** The totals of a held import that its rows can be listed by. */
export const HeldKind = z.enum(["new", "known", "twice", "landline", "rejected", "warning"]);
export type HeldKind = z.infer<typeof HeldKind>;

/** A person in the file of a held import. */
export const HeldRow = z.object({
  row: z.number().int().describe("the row's number in a spreadsheet"),
  name: z.string().nullable(),
  number: z.string().nullable().describe("E.164; of a rejected row as it is in the file"),
  email: z.string().nullable(),
  reason: RejectionReason.nullable().describe("for rejected rows and those with a warning"),
  value: z.string().nullable().describe("the value that the reason is about"),
});
export type HeldRow = z.infer<typeof HeldRow>;

export const Import = z.object({
  id: Id,
  status: z
    .enum(["receiving", "checking", "held", "running", "done", "failed"])
    .describe("checking and held: only with hold=true"),
  file_name: z.string().nullable(),
  rows: z.number().int().describe("rows read so far, without headings and empty rows"),
  created: z.number().int(),
  updated: z.number().int(),
  unchanged: z.number().int(),
  consents_recorded: z
    .number()
    .int()
    .describe("consents that were not recorded before, including those of otherwise unchanged contacts"),
  rejected_count: z.number().int(),
  warning_count: z
    .number()
    .int()
    .describe("rows that were imported with a warning, such as for an invalid e-mail address next to a valid number"),
  rejected: z
    .array(ReportedRow)
    .describe("the first 1,000; all, with all cells, in /contacts/imports/:id/rejected.csv"),
  warnings: z.array(ReportedRow).describe("the first 1,000"),
  totals: ImportTotals.nullable().describe(
    "what the import would do, as of when it was held; null if it was not held or is not counted yet",
  ),
  /** Why the whole import failed. */
  error: z.object({ code: ImportFault, message: z.string() }).nullable(),
  created_at: Instant,
  finished_at: Instant.nullable(),
});
export type Import = z.infer<typeof Import>;

/** Which field, property or nothing each column is imported as, by header (or `#1`, `#2` … where there is none). */
export const ImportMapping = z.record(
  z.string(),
  z.union([ImportField, z.string().regex(/^property:[a-z][a-z0-9_]{0,49}$/), z.literal("ignore")]),
);

/** The media types of contact files, besides text/csv. */
const fileTypes = [
  "text/tab-separated-values",
  "text/vcard",
  "text/x-vcard",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
] as const;

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
    summary:
      "Contacts with all words of the query in their name, in any order, or whose e-mail address or number starts with it, newest first unless sorted. A word may be the beginning of one, and accents may be missing (ase finds Åse). Digits are also found within an e-mail address or a number (1987 finds kari1987@example.com). Contacts that equal the query or begin with it come first.",
    permission: "contacts:read",
    query: z.object({
      ...Paging,
      query: z
        .string()
        .trim()
        .max(200)
        .optional()
        .describe("for a number: its beginning or all of it, in any spelling, or at least four of its digits"),
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
    summary: "Changes the given fields; null clears one.",
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
    summary: "The contact's messages, consents and opt-outs, newest first.",
    permission: "contacts:read",
    params: ById,
    query: z.object({ ...Paging }),
    answer: page(TimelineEntry),
  }),
  ...bulkChanges,
  startImport: endpoint({
    method: "POST",
    path: "/contacts/imports",
    summary:
      "Imports the file in the body in the background: CSV or rows copied from a spreadsheet in any usual encoding, an Excel workbook (.xlsx, up to 64 MiB), or vCards. The format is detected from the beginning of the file. Existing contacts (by mobile, then e-mail) are updated.",
    permission: "contacts:write",
    query: z.object({
      list: name
        .optional()
        .describe("id or name of the list to add all contacts to; a list of an unknown name is created"),
      subscription_type: z
        .string()
        .max(100)
        .optional()
        .describe("id, key or name; records consent to it for all contacts"),
      consent_source: z
        .string()
        .trim()
        .max(200)
        .optional()
        .describe("where the consent came from; needed with subscription_type"),
      consent_date: z.iso
        .date()
        .optional()
        .describe("when the consent was given; default: today, or the date in a column"),
      mapping: z
        .string()
        .max(20_000)
        .optional()
        .describe(
          "JSON of column → field; guessed from the headings and cells where absent. Columns that mark people as opted out are respected unless they are mapped here",
        ),
      file_name: z.string().max(255).optional(),
      hold: z
        .enum(["true", "false"])
        .optional()
        .describe(
          "true: the file is received and its totals are counted, but nothing is imported until POST /contacts/imports/{id}/start. Discarded after a day; 409 while 20 are held already",
        ),
    }),
    bodyType: "text/csv",
    bodyTypes: fileTypes,
    status: 202,
    answer: ById,
  }),
  previewImport: endpoint({
    method: "POST",
    path: "/contacts/imports/preview",
    summary:
      "Reads the beginning of a file (1 MB, or all of a workbook; the body may be up to 16 MiB): its format, columns, guessed mapping and the first 20 rows as they would be imported.",
    permission: "contacts:write",
    query: z.object({ mapping: z.string().max(20_000).optional() }),
    bodyType: "text/csv",
    bodyTypes: fileTypes,
    bodies: "sample",
    answer: z.object({
      format: z.enum(["csv", "xlsx", "vcard"]),
      encoding: z
        .enum(["utf-8", "utf-16le", "utf-16be", "windows-1252", "macintosh"])
        .nullable()
        .describe("null for a workbook"),
      delimiter: z.enum([",", ";", "\t", "|"]).nullable().describe("null for other formats than CSV"),
      sheet: z.string().nullable().describe("the sheet of a workbook that is read: the first with contacts on it"),
      header_row: z.number().int().nullable().describe("the row with the headings; rows above it are ignored"),
      columns: z.array(z.object({ name: z.string(), field: z.string(), samples: z.array(z.string()) })),
      rows: z.array(
        z.object({
          row: z.number().int().describe("the row's number in a spreadsheet"),
          values: z.array(z.string()),
          contact: ContactInput.nullable(),
          reason: RejectionReason.nullable().describe("why the row would be rejected"),
          readings: Readings,
          warning: RejectionReason.nullable().describe("a problem that the row would be imported with"),
          landline: z
            .boolean()
            .describe("whether its mobile number is not one that receives texts, such as a landline"),
          same_as: z.number().int().nullable().describe("the number of an earlier row about the same person"),
        }),
      ),
    }),
  }),
  imports: endpoint({
    method: "GET",
    path: "/contacts/imports",
    summary: "The workspace's imports, newest first.",
    permission: "contacts:read",
    query: z.object({ ...Paging }),
    answer: page(Import.omit({ rejected: true, warnings: true })),
  }),
  getImport: endpoint({
    method: "GET",
    path: "/contacts/imports/:id",
    summary: "One import: its progress and, when done, its result.",
    permission: "contacts:read",
    params: ById,
    answer: Import,
  }),
  startHeldImport: endpoint({
    method: "POST",
    path: "/contacts/imports/:id/start",
    summary:
      "Starts a held import in the background. Once it has begun, another call changes nothing; 409 while the file is not held yet.",
    permission: "contacts:write",
    params: ById,
    status: 202,
    answer: ById,
  }),
  giveUpImport: endpoint({
    method: "DELETE",
    path: "/contacts/imports/:id",
    summary:
      "Discards an import that is held or still being counted: the file is deleted and nothing is imported. 409 for any other.",
    permission: "contacts:write",
    params: ById,
    status: 204,
  }),
  heldRows: endpoint({
    method: "GET",
    path: "/contacts/imports/:id/rows",
    summary: "The people counted in one total of a held import, in the order of the file; 409 for any other import.",
    permission: "contacts:read",
    params: ById,
    query: z.object({ ...Paging, kind: HeldKind }),
    answer: page(HeldRow),
  }),
  rejectedRows: endpoint({
    method: "GET",
    path: "/contacts/imports/:id/rejected.csv",
    summary:
      "Every rejected row of an import, also of a held one, as it is in the file and with the file's separator, preceded by two columns with its row number and reason. The file can be corrected and imported as it is: the two columns are ignored.",
    permission: "contacts:read",
    params: ById,
    query: z.object({
      language: Language.optional().describe("of the two added columns; default: the workspace's"),
    }),
    answerType: "text/csv",
  }),
} satisfies Resource;

/** Custom properties of contacts, such as a town or a customer number. */
export const properties = {
  list: endpoint({
    method: "GET",
    path: "/properties",
    summary: "The keys of the properties that the workspace's contacts have, in alphabetical order.",
    permission: "contacts:read",
    answer: z.object({
      items: z.array(z.object({ key: z.string().describe("as `contact.properties.<key>` in texts") })),
      next_cursor: z.null(),
    }),
  }),
} satisfies Resource;
