import { z } from "zod";
import { ConsentEvent } from "./consent.ts";
import { endpoint, type Resource } from "./endpoint.ts";
import { ById, Id, Instant, Paging, page } from "./shapes.ts";

/** That somebody was erased. It says nothing of whom, but to whoever knows the number. */
export const Erasure = z.object({
  id: Id,
  status: z.enum(["running", "done"]).describe("done once every text of the contact is anonymous"),
  requested_at: Instant,
  requested_by: z.string(),
  finished_at: Instant.nullable(),
  messages: z.number().int().describe("texts made anonymous so far"),
  consent_events: z
    .array(ConsentEvent.omit({ contact_id: true }))
    .optional()
    .describe("the proof that was kept; only when asked for by number"),
});
export type Erasure = z.infer<typeof Erasure>;

export const erasures = {
  create: endpoint({
    method: "POST",
    path: "/contacts/:id/erasure",
    summary:
      "Erases a contact (GDPR article 17): what is queued is cancelled and the contact gone at once, its texts and numbers soon after. Figures, proof of consent and opt-outs stay.",
    permission: "contacts:write",
    params: ById,
    body: z.object({ confirm: Id.describe("the contact's id once more") }),
    status: 202,
    answer: Erasure,
  }),
  list: endpoint({
    method: "GET",
    path: "/erasures",
    summary: "Erasures, newest first; with a number those of its contact, with the proof of consent that was kept.",
    permission: "contacts:write",
    query: z.object({ ...Paging, number: z.string().trim().max(40).optional() }),
    answer: page(Erasure),
  }),
  export: endpoint({
    method: "GET",
    path: "/contacts/:id/export",
    summary:
      "Everything known of a contact as one JSON document (GDPR articles 15 and 20): fields, lists, consent, opt-outs, texts both ways with their history, timeline.",
    permission: "contacts:write",
    params: ById,
    answerType: "application/json",
  }),
} satisfies Resource;
