/** Changes of many contacts with one call. */
import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";
import { ById, Id, Instant, Paging, page, name as nameOf, Named } from "./shapes.ts";

const ListRef = nameOf(100);

/** Whom a bulk change is about. */
export const BulkWhere = z
  .strictObject({
    contacts: z.array(Id).min(1).max(10_000).optional().describe("these contacts; 404 names one that does not exist"),
    query: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .optional()
      .describe("all whom GET /contacts finds with this query, on the list if one is given"),
    list: Id.optional().describe("all members of this list"),
    all: z.literal(true).optional().describe("all contacts of the workspace"),
  })
  .describe("`contacts`, `all`, or `query` and `list` or one of them");

export const BulkAction = z
  .strictObject({
    add_to_list: ListRef.optional().describe(
      "a list's id, or the name of a new list, which is created; 409 when the name is taken",
    ),
    remove_from_list: ListRef.optional().describe("a list's id or name"),
    delete: z.literal(true).optional().describe("as DELETE /contacts/:id"),
    marketing: z.boolean().optional().describe("whether the contacts may receive marketing at all"),
  })
  .describe("exactly one of them");

export const BulkInput = z.object({ where: BulkWhere, action: BulkAction });
export type BulkInput = z.infer<typeof BulkInput>;

export const BulkChange = z.object({
  id: Id,
  status: z.enum(["running", "done", "failed"]),
  action: z.enum(["add_to_list", "remove_from_list", "delete", "marketing"]),
  list: Named.nullable().describe("with its name at the start"),
  marketing: z.boolean().nullable(),
  done: z.number().int().describe("contacts gone through so far"),
  of: z.number().int().nullable().describe("all of them, counted at the beginning; null until they are counted"),
  changed: z.number().int().describe("contacts that it made a difference to: others were on the list already, say"),
  failed: z
    .array(z.object({ contact_id: Id, reason: z.literal("not_found") }))
    .describe("those of `where.contacts` that were deleted meanwhile, the first 1,000"),
  failed_count: z.number().int(),
  error: z
    .object({ code: z.string(), message: z.string() })
    .nullable()
    .describe("why a failed change ended: `not_found` when the list was deleted meanwhile. What is done by then stays"),
  created_by: z.string(),
  created_at: Instant,
  finished_at: Instant.nullable(),
});
export type BulkChange = z.infer<typeof BulkChange>;

export const bulkChanges = {
  count: endpoint({
    method: "GET",
    path: "/contacts/count",
    summary: "How many contacts GET /contacts finds, exact however many: it may take a second or two among a million.",
    permission: "contacts:read",
    query: z.object({ query: z.string().trim().max(200).optional(), list: Id.optional() }),
    answer: z.object({ count: z.number().int() }),
  }),
  startBulk: endpoint({
    method: "POST",
    path: "/contacts/bulk",
    summary:
      "Changes many contacts in the background, oldest first, a thousand in one transaction: whoever matches when their turn comes, without contacts created after the call. It goes on after a crash, and two calls about the same contacts end as one after the other.",
    permission: "contacts:write",
    body: BulkInput,
    status: 202,
    answer: ById,
    idempotent: true,
  }),
  bulkChanges: endpoint({
    method: "GET",
    path: "/contacts/bulk",
    summary: "The workspace's bulk changes of the last 30 days, newest first.",
    permission: "contacts:read",
    query: z.object({ ...Paging }),
    answer: page(BulkChange),
  }),
  getBulk: endpoint({
    method: "GET",
    path: "/contacts/bulk/:id",
    summary: "One bulk change: its progress and, when done, its result.",
    permission: "contacts:read",
    params: ById,
    answer: BulkChange,
  }),
} satisfies Resource;
