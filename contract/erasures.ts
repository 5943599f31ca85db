import { z } from "zod";
import { ConsentEvent } from "./consent.ts";
import { endpoint, type Resource } from "./endpoint.ts";
import { ById, Id, Instant, Paging, page } from "./shapes.ts";

/** The record of an erased contact. It does not identify the contact, except to a caller who knows the number. */
export const Erasure = z.object({
  id: Id,
  status: z.enum(["running", "done"]).describe("done once all messages of the contact are anonymous"),
  requested_at: Instant,
  requested_by: z.string(),
  finished_at: Instant.nullable(),
  messages: z.number().int().describe("messages made anonymous so far"),
  consent_events: z
    .array(ConsentEvent.omit({ contact_id: true }))
    .optional()
    .describe("the proof of consent that was kept; only in requests with a number"),
});
export type Erasure = z.infer<typeof Erasure>;

export const erasures = {
  create: endpoint({
    method: "POST",
    path: "/contacts/:id/erasure",
    summary:
      "Erases a contact (GDPR article 17): queued messages are cancelled and the contact is deleted at once, its texts and numbers soon after. Statistics, proof of consent and opt-outs are kept.",
    permission: "contacts:write",
    params: ById,
    body: z.object({ confirm: Id.describe("the contact's id once more") }),
    status: 202,
    answer: Erasure,
  }),
  list: endpoint({
    method: "GET",
    path: "/erasures",
    summary: "Erasures, newest first; with a number, those of its contact with the proof of consent that was kept.",
    permission: "contacts:write",
    query: z.object({
      ...Paging,
      number: z
        .string()
        .trim()
        .max(40)
        .optional()
        .describe("any spelling; digits that can mean several numbers find all of them"),
    }),
    answer: page(Erasure),
  }),
  export: endpoint({
    method: "GET",
    path: "/contacts/:id/export",
    summary:
      "Everything stored about a contact as one JSON document (GDPR articles 15 and 20): fields, lists, consent, opt-outs, texts both ways with their history, timeline.",
    permission: "contacts:write",
    params: ById,
    answerType: "application/json",
  }),
} satisfies Resource;
